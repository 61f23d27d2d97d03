/** The definitions that a script names and that there are not: only the database knows. */
import { UserError } from '../errors.ts';
import { findDefinition } from '../store/definitions.ts';
import { referencesOf } from '../workflow/circles.ts';
import { describeScriptError } from '../workflow/script-error.ts';
import { resolveReference } from './resolve-reference.ts';
import { readableTreeOf } from './script-tree.ts';
import type { Connection } from '../store/database.ts';
import type { DefinitionReference } from '../workflow/task/sub-process.ts';

/** Definitions that will be there: saved with this one. */
export interface Expected {
  readonly ids: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/** `(line N) ...` sentences. A definition that is there already may name itself. */
export async function referenceProblems(
  on: Connection,
  script: string,
  expected: Expected = { ids: new Set(), names: new Set() },
): Promise<string[]> {
  const problems: string[] = [];
  for (const { node, to } of referencesOf(readableTreeOf(script))) {
    const message = isExpected(to, expected) ? null : await problemOf(on, to);
    if (message === null) continue;
    const { line, column } = node;
    problems.push(describeScriptError({ line, column, message, suggestion: null }));
  }
  return problems;
}

const isExpected = (reference: DefinitionReference, { ids, names }: Expected): boolean =>
  reference.type === 'id' ? ids.has(reference.id) : names.has(reference.name);

async function problemOf(on: Connection, reference: DefinitionReference): Promise<string | null> {
  if (reference.type === 'id') {
    const found = await findDefinition(on, reference.id);
    return found === null ? `Given Job Definition ID not found: ${reference.id}` : null;
  }
  try {
    await resolveReference(on, reference);
    return null;
  } catch (error) {
    if (error instanceof UserError) return [error.message, ...error.details].join(' ');
    throw error;
  }
}
