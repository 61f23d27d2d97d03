/** Whether a script can be run once in place of a definition's own, as if it were saved. */
import { scriptProblems } from './definition-problems.ts';
import { referenceProblems } from './reference-problems.ts';
import type { Connection } from '../store/database.ts';
import type { Known } from '../workflow/known.ts';

/** `(line N) ...` sentences; none when it can. */
export async function runScriptProblems(
  on: Connection,
  script: string,
  known: Known,
): Promise<string[]> {
  const problems = scriptProblems(script, known);
  return problems.length > 0 ? problems : referenceProblems(on, script);
}
