/** What the engine is told of the configuration. */
import type { Config } from '../config.ts';
import type { Facts } from '../workflow/facts.ts';
import type { Known } from '../workflow/known.ts';

export interface EngineFacts extends Facts, Known {}

export function engineFacts(config: Pick<Config, 'customTasks' | 'railsEnvCeiling'>): EngineFacts {
  return {
    outputTail: '',
    customTasks: Object.keys(config.customTasks),
    railsEnvCeiling: config.railsEnvCeiling,
  };
}
