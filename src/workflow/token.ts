/** Where one thread of control of an instance stands, and what it carries along. */
export const tokenStatuses = [
  'working',
  'waiting',
  'failure',
  'finished',
  'critical',
  'canceled',
] as const;
export type TokenStatus = (typeof tokenStatuses)[number];

export interface Token {
  /** The node it stands at; '' is the root. */
  readonly path: string;
  readonly status: TokenStatus;
  /** Grows whenever the token enters `failure` or `waiting`; Retry and Skip name it. */
  readonly attempt: number;
  readonly context: TokenContext;
}

/** What the nodes that were passed have set for those that follow. Stored as JSON. */
export interface TokenContext {
  /** Of the launch, then of `env` tasks; later wins. */
  readonly env: Readonly<Record<string, string>>;
  /** `queue`; absent is `@default`. */
  readonly queue?: string;
  /** `timeout`: run-time limit of each execution that follows; absent is unlimited. */
  readonly timeoutSeconds?: number;
}
