/** Definitions by words, for people: a script is searched as it is shown to them, or a secret could be guessed letter by letter. */
import {
  definitionsMentioning,
  listDefinitions,
  type DefinitionFilter,
  type DefinitionSummary,
} from '../store/definitions.ts';
import { secretsOf, type SecretFacts } from './secrets-of.ts';
import type { Connection } from '../store/database.ts';

/** By id, and how many there are in all. */
export async function findDefinitions(
  on: Connection,
  filter: Omit<DefinitionFilter, 'inScripts'>,
  facts: { readonly secrets: SecretFacts },
): Promise<{ total: number; definitions: DefinitionSummary[] }> {
  const words = (filter.words ?? []).map((word) => word.toLowerCase());
  if (words.length === 0) return listDefinitions(on, filter);
  const mentions = await definitionsMentioning(on, words);
  const shown = mentions.map(({ id, script }) => ({
    id,
    script: secretsOf({ script }, facts).script(script).toLowerCase(),
  }));
  const inScripts = words.flatMap((word) =>
    shown.filter(({ script }) => script.includes(word)).map(({ id }) => ({ word, id })),
  );
  return listDefinitions(on, { ...filter, words, inScripts });
}
