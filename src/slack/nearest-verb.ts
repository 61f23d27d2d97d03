/** The verb that somebody may have meant. */
import { verbs, type Verb } from './verbs.ts';

/** A verb at most two slips of the keyboard away, or what other programs call it; else null. */
export function nearestVerb(word: string): Verb | null {
  const typed = word.toLowerCase();
  const known = otherNames.get(typed);
  if (known !== undefined) return known;
  if (typed.length > 20) return null;
  const [nearest] = verbs
    .map((verb) => ({ verb, slips: slipsBetween(typed, verb) }))
    .filter(({ verb, slips }) => slips <= 2 && slips < verb.length - 1)
    .toSorted((a, b) => a.slips - b.slips);
  return nearest?.verb ?? null;
}

const otherNames: ReadonlyMap<string, Verb> = new Map([
  ['run', 'launch'],
  ['start', 'launch'],
  ['execute', 'launch'],
  ['ls', 'list'],
  ['jobs', 'list'],
  ['info', 'show'],
  ['ps', 'status'],
  ['hosts', 'workers'],
  ['executors', 'workers'],
  ['queue', 'executions'],
  ['queues', 'executions'],
  ['pending', 'executions'],
  ['past', 'history'],
  ['schedules', 'schedule'],
  ['cron', 'schedule'],
  ['pause', 'suspend'],
  ['disable', 'suspend'],
  ['enable', 'resume'],
  ['unsuspend', 'resume'],
  ['continue', 'resume'],
  ['output', 'logs'],
  ['webhooks', 'deliveries'],
  ['notifications', 'deliveries'],
  ['rerun', 'retry'],
  ['reload', 'restart'],
  ['stop', 'cancel'],
  ['abort', 'cancel'],
  ['kill', 'terminate'],
  ['?', 'help'],
]);

/** Letters put in, left out, changed or swapped with their neighbour (Damerau-Levenshtein). */
function slipsBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + same,
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
