/** What one look of `kuroko check` found. Only a problem makes it fail. */
export interface Finding {
  readonly type: 'ok' | 'warning' | 'problem';
  /** What was looked at, in a word. */
  readonly about: string;
  readonly message: string;
}
