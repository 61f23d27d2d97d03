/** That somebody has asked for a restart which has not happened yet. */
import { markup, render, type Markup } from '../templates.ts';
import { line } from './fit.ts';
import { clock } from './phrases.ts';
import type { RestartWish } from '../store/restarts.ts';
import type { About } from './about.ts';

export function restartWishText({ mode, by, at }: RestartWish, about: About): Markup {
  return markup(render(`slack/restart#wish-${mode}`, { by: line(by, 60), at: clock(at, about) }));
}
