/** What a script is validated against: the configuration, as far as it adds to the language. */
export interface Known {
  /** The words that `custom_tasks` adds. */
  readonly customTasks: readonly string[];
  /** The highest that `rails_env` may name. */
  readonly railsEnvCeiling: RailsEnv;
}

/** From the lowest to the highest. */
export const railsEnvs = ['development', 'test', 'staging', 'production'] as const;
export type RailsEnv = (typeof railsEnvs)[number];
