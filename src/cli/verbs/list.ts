/** `kuroko list`: definitions with their newest instance. */
import { findDefinitions } from '../../operations/find-definitions.ts';
import { printJson, printNote, printTable } from '../print.ts';
import { definitionSummaryJson } from '../row-json.ts';
import { stateNames, timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function listVerb(
  outside: Outside,
  words: readonly string[],
  options: Json & { readonly tag: readonly string[]; readonly limit: number },
): Promise<number> {
  return withSession(outside, async ({ db, facts }) => {
    const filter = { words, tags: options.tag, limit: options.limit };
    const { total, definitions } = await findDefinitions(db, filter, facts);
    if (options.json) {
      printJson({ total, definitions: definitions.map(definitionSummaryJson) });
      return 0;
    }
    if (total === 0) printNote('No definition was found.');
    else {
      printTable(
        ['ID', 'LAST', 'AT', 'NAME', 'TAGS'],
        definitions.map((row) => [
          String(row.id),
          row.lastStatus === null ? '-' : stateNames[row.lastStatus],
          timeText(row.lastCreatedAt),
          row.suspended ? `${row.name} (suspended)` : row.name,
          row.tags.join(', '),
        ]),
      );
    }
    if (total > definitions.length) printNote(`${definitions.length} of ${total} are shown.`);
    return 0;
  });
}
