/** What is wrong with a script, where, and what may have been meant. */
export interface ScriptError {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** One sentence; the words of Kuroko2 where it has any. */
  readonly message: string;
  /** A sentence that says what to write instead, or null. */
  readonly suggestion: string | null;
}

/** The error as one line of text that always names its line: `(line 3) ... Did you mean ...?` */
export function describeScriptError(error: ScriptError): string {
  const place = `(line ${error.line}) `;
  const message = error.message.startsWith(place) ? error.message : place + error.message;
  return error.suggestion === null ? message : `${message} ${error.suggestion}`;
}

/** In the order of the script, as a reader meets them. */
export function inScriptOrder(errors: readonly ScriptError[]): ScriptError[] {
  return errors.toSorted((one, other) => one.line - other.line || one.column - other.column);
}
