/** Who or what launched an instance, as half a sentence. */
import { markup, render, type Markup } from '../templates.ts';
import { person } from './phrases.ts';
import type { Instance } from '../store/instances.ts';

export function launchedBy(instance: Instance): Markup {
  const who = person(instance.launchedBy, instance.launchedBySlackUser);
  return markup(render(`slack/run#launched-${instance.launchedFrom}`, { who }));
}
