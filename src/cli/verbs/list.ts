/** `kuroko list`: definitions with their newest instance. */
import { findDefinitions } from '../../operations/find-definitions.ts';
import { nextRuns } from '../../operations/next-runs.ts';
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
    const ids = definitions.map(({ id }) => id);
    const next = await nextRuns(db, ids, facts, new Date());
    const nextOf = (id: number): Date | null => next.get(id)?.at ?? null;
    if (options.json) {
      const listed = definitions.map((row) => ({
        ...definitionSummaryJson(row),
        next_run: nextOf(row.id),
      }));
      printJson({ total, definitions: listed });
      return 0;
    }
    if (total === 0) printNote('No definition was found.');
    else {
      printTable(
        ['ID', 'LAST', 'AT', 'NEXT', 'NAME', 'TAGS'],
        definitions.map((row) => [
          String(row.id),
          row.lastStatus === null ? '-' : stateNames[row.lastStatus],
          timeText(row.lastCreatedAt),
          timeText(nextOf(row.id)),
          row.suspended ? `${row.name} (suspended)` : row.name,
          row.tags.join(', '),
        ]),
      );
    }
    if (total > definitions.length) printNote(`${definitions.length} of ${total} are shown.`);
    return 0;
  });
}
