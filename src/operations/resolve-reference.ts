/** The definition that a script names, by its id or by a name that only one has. */
import { conflict, notFound } from '../errors.ts';
import {
  definitionsNamed,
  findDefinition,
  listDefinitions,
  type Definition,
} from '../store/definitions.ts';
import { closestWord } from '../workflow/closest-word.ts';
import type { Connection } from '../store/database.ts';
import type { DefinitionReference } from '../workflow/task/sub-process.ts';

/** Throws NotFound, or Conflict where several have that name. */
export async function resolveReference(
  on: Connection,
  reference: DefinitionReference,
): Promise<Definition> {
  if (reference.type === 'id') {
    const definition = await findDefinition(on, reference.id);
    if (definition === null) throw notFound(`There is no job ${reference.id}.`);
    return definition;
  }
  const { name } = reference;
  const [first, ...others] = await definitionsNamed(on, name);
  if (first === undefined) {
    const meant = await nearestName(on, name);
    const suggestion = meant === null ? '' : ` Did you mean "${meant}"?`;
    throw notFound(`There is no job "${name}".${suggestion}`);
  }
  if (others.length === 0) return first;
  const ids = [first, ...others].map(({ id }) => id).join(', ');
  throw conflict(`"${name}" is the name of ${others.length + 1} jobs (${ids}). Write an id.`);
}

/** Not of a word within a script: that of whoever names it is one of them. */
async function nearestName(on: Connection, name: string): Promise<string | null> {
  const { definitions } = await listDefinitions(on, { limit: 1_000 });
  return closestWord(
    name,
    definitions.map((definition) => definition.name),
  );
}
