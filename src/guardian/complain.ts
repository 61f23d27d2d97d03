/** Writes what went wrong into the guardian's log. */
import { writeSync } from 'node:fs';

/** Never throws: on a full disk the log cannot be written either, and commands are to be run and ended all the same. */
export function complain(what: string, error: unknown): void {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    writeSync(2, `${new Date().toISOString()} ${what}: ${why}\n`);
  } catch {
    return;
  }
}
