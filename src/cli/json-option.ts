/** The option that most verbs share: what is said is said for programs. */

export interface Json {
  readonly json?: true;
}

/** As commander takes it. */
export const json = ['--json', 'one JSON document'] as const;
