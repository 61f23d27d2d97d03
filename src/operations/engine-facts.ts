/** What the engine is told of the configuration. */
import { customCommand } from './custom-command.ts';
import { secretNames } from '../workflow/secret-names.ts';
import type { CatchUp, Config } from '../config.ts';
import type { Facts } from '../workflow/facts.ts';
import type { Known } from '../workflow/known.ts';
import type { SecretFacts } from './secrets-of.ts';

export interface EngineFacts extends Facts, Known {
  /** In which days begin, and what else a `wait` counts by. */
  readonly timeZone: string;
  /** Of schedules that say nothing else. */
  readonly catchUp: CatchUp;
  readonly secrets: SecretFacts;
}

/** What of the configuration the engine goes by. */
export type FactsConfig = Pick<
  Config,
  'customTasks' | 'railsEnvCeiling' | 'secrets' | 'timeZone' | 'catchUp'
>;

export function engineFacts({
  customTasks,
  railsEnvCeiling,
  secrets,
  timeZone,
  catchUp,
}: FactsConfig): EngineFacts {
  return {
    outputTail: '',
    commands: new Map(
      Object.entries(customTasks).map(([word, task]) => [word, customCommand(word, task)]),
    ),
    customTasks: Object.keys(customTasks),
    railsEnvCeiling,
    timeZone,
    catchUp,
    secrets: {
      isSecret: secretNames(secrets),
      taskEnvironments: new Map(Object.entries(customTasks).map(([word, { env }]) => [word, env])),
    },
  };
}
