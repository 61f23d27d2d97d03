/** The script that somebody wants for one run, as the launch form brings it back. */
import { restoreSecrets } from '../operations/restore-secrets.ts';
import { runScriptProblems } from '../operations/run-script-problems.ts';
import { secretsOf } from '../operations/secrets-of.ts';
import { scriptDigest, type FormMemory } from './form-memory.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Connection } from '../store/database.ts';
import type { Definition } from '../store/definitions.ts';

export type WantedScript =
  /** Nothing, or what was shown. */
  | { readonly type: 'own' }
  | { readonly type: 'changed'; readonly script: string }
  | { readonly type: 'wrong'; readonly problems: readonly string[] };

/** `definition` is the one that was chosen at last. */
export async function wantedScript(
  on: Connection,
  edited: string,
  { shown }: FormMemory,
  definition: Definition,
  facts: EngineFacts,
): Promise<WantedScript> {
  if (edited.trim() === '' || scriptDigest(edited) === shown?.digest) return { type: 'own' };
  if (shown !== null && shown.definitionId !== definition.id) {
    const problem = `This was the script of job ${shown.definitionId}: choose that one, or clear the field.`;
    return { type: 'wrong', problems: [problem] };
  }
  const restored =
    shown === null
      ? ({ ok: true, script: edited } as const)
      : restoreSecrets(edited, definition.script, secretsOf(definition, facts));
  const problems = restored.ok
    ? await runScriptProblems(on, restored.script, facts)
    : restored.problems;
  if (!restored.ok || problems.length > 0) return { type: 'wrong', problems };
  return { type: 'changed', script: restored.script };
}
