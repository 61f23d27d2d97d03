/** Finds the definition that somebody means: by id, else by name. */
import { conflict, notFound } from '../errors.ts';
import {
  definitionsNamed,
  findDefinition,
  listDefinitions,
  type Definition,
} from '../store/definitions.ts';
import { closestWord } from '../workflow/closest-word.ts';
import type { Connection } from '../store/database.ts';

/** At most this many are offered to choose from. */
const offered = 5;

/** Throws NotFound, or Conflict with the candidates (`12 nightly-report`) as details. */
export async function resolveDefinition(on: Connection, ref: string): Promise<Definition> {
  const [first, ...others] = await definitionCandidates(on, ref);
  if (first === undefined) {
    const near = await similarNames(on, ref);
    throw notFound(
      near.length > 0
        ? `There is no job "${ref}". Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : `There is no job "${ref}". Say list to see those there are.`,
    );
  }
  if (others.length > 0) {
    throw conflict(
      `"${ref}" is the name of ${others.length + 1} jobs. Say which by its id.`,
      [first, ...others].slice(0, offered).map(({ id, name }) => `${id} ${name}`),
    );
  }
  return first;
}

/** All that `ref` can mean: the one with that id, else all of that name. */
export async function definitionCandidates(on: Connection, ref: string): Promise<Definition[]> {
  if (/^\d{1,15}$/.test(ref)) {
    const byId = await findDefinition(on, Number(ref));
    if (byId !== null) return [byId];
  }
  return definitionsNamed(on, ref);
}

async function similarNames(on: Connection, ref: string): Promise<string[]> {
  const words = ref.split(/[\s_-]+/).filter((word) => word !== '');
  if (words.length === 0) return [];
  const { definitions } = await listDefinitions(on, { words, limit: 3 });
  if (definitions.length > 0) return definitions.map(({ name }) => name);
  const { definitions: all } = await listDefinitions(on, { limit: 1_000 });
  const closest = closestWord(
    ref,
    all.map(({ name }) => name),
  );
  return closest === null ? [] : [closest];
}
