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
  /** Which token of the instance: '' the root's, of others see `token-key`. */
  readonly key: string;
  /** The node it stands at; '' is the root, and where no token has been, or is any more. */
  readonly path: string;
  readonly status: TokenStatus;
  /** Grows whenever the token enters `failure` or `waiting`, or fails and goes on by itself. */
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
  /** `expected_time`: warn of a token older than this; null never, absent as ever. */
  readonly expectedMinutes?: number | null;
  /** `auto_skip_error` is on. */
  readonly autoSkipError?: true;
  /** How often the step that the token stands at has failed, as far as a `retry` counts it. */
  readonly failures?: number;
  /** The branch of a fork that the token walks, and finishes when it leaves; absent for the root's. */
  readonly branch?: Branch;
}

export interface Branch {
  /** Path of the node it begins with. */
  readonly from: string;
  /** Path of the node that it stays at or below. */
  readonly within: string;
  /** `expected_time` of the token that forked it, as that has it. */
  readonly expectedMinutes?: number | null;
}

/** The token of a launch, or of a branch, before its first step. */
export function newborn(context: TokenContext, key = ''): Token {
  return { key, path: '', status: 'working', attempt: 0, context };
}

/** Not final: the token still holds the instance open. */
export function isActive(status: TokenStatus): boolean {
  return status === 'working' || status === 'waiting' || status === 'failure';
}
