/** The one checker of all fault tests: the commands' journal, the books and the processes held against each other. */
import type { Connection } from '../../src/store/database.ts';
import { inconsistencies } from './consistency.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { processesMarked } from './live-processes.ts';

interface Booked {
  readonly id: number;
  readonly status: string;
  readonly exitStatus: number | null;
  readonly attemptOf: string;
}

/** Sentences; empty when every promise was kept. To be asked once nothing is to happen any more. */
export async function brokenPromises(db: Connection, journal: Journal): Promise<string[]> {
  const entries = journal.entries();
  const booked = await db.query<Booked>(
    `select id, status, exit_status, token_id || ' at ' || path as attempt_of
     from executions where position($1 in shell) > 0 order by id`,
    [journal.file],
  );
  return [
    ...startedTwice(entries),
    ...liveTwice(entries, booked),
    ...journalAgainstBooks(entries, booked),
    ...processesLeft(entries),
    ...(await unsettled(db)),
    ...(await inconsistencies(db)),
  ];
}

/** How often a word was noted. */
export const timesNoted = (journal: Journal, word: string): number =>
  journal.entries().filter((entry) => entry.word === word).length;

function startedTwice(entries: readonly JournalEntry[]): string[] {
  const seen = new Set<number>();
  return entries
    .filter(({ word }) => word === 'start')
    .filter(({ executionId: id }) => seen.size === seen.add(id).size)
    .map(({ executionId }) => `execution ${executionId} was started twice`);
}

/** Of one step of one token no two attempts may have lived at the same time. */
function liveTwice(entries: readonly JournalEntry[], booked: readonly Booked[]): string[] {
  const lives = new Map<number, { from: number; to: number }>();
  for (const { executionId, at } of entries) {
    lives.set(executionId, { from: lives.get(executionId)?.from ?? at, to: at });
  }
  const latest = new Map<string, { id: number; to: number }>();
  return booked.flatMap(({ id, attemptOf }) => {
    const life = lives.get(id);
    if (life === undefined) return [];
    const before = latest.get(attemptOf);
    if (before === undefined || life.to > before.to) latest.set(attemptOf, { id, to: life.to });
    if (before === undefined || before.to <= life.from) return [];
    return [`executions ${before.id} and ${id} of token ${attemptOf} lived at once`];
  });
}

function journalAgainstBooks(
  entries: readonly JournalEntry[],
  booked: readonly Booked[],
): string[] {
  const noted = (word: string) =>
    new Set(entries.filter((entry) => entry.word === word).map((entry) => entry.executionId));
  const [started, ended] = [noted('start'), noted('end')];
  const known = new Map(booked.map((one) => [one.id, one]));
  return [
    ...booked
      .filter(({ id, exitStatus }) => exitStatus === 0 && !(started.has(id) && ended.has(id)))
      .map(({ id }) => `execution ${id} is a success in the books, and did not run to its end`),
    ...[...started]
      .filter((id) => !['claimed', 'finished', 'lost'].includes(known.get(id)?.status ?? ''))
      .map((id) => `execution ${id} ran, and is ${known.get(id)?.status ?? 'not'} in the books`),
  ];
}

function processesLeft(entries: readonly JournalEntry[]): string[] {
  return [...new Set(entries.map(({ epoch }) => epoch))].flatMap((epoch) =>
    processesMarked(`KUROKO_EXECUTION=${epoch}:`).map(
      ({ pid, command }) => `process ${pid} is left: ${command}`,
    ),
  );
}

/** Every instance in a state, no step of a success left out, every slot free. */
async function unsettled(db: Connection): Promise<string[]> {
  const rows = await db.query<{ problem: string }>(`
    select format('#%s is still %s', id, status) as problem from instances where status = 'working'
    union all
    select format('execution %s is still %s', id, status) from executions
    where status in ('pending', 'claimed')
    union all
    select format('#%s is a success after %s steps', i.id, count(distinct e.path))
    from instances i left join executions e
      on e.instance_id = i.id and e.status = 'finished' and e.exit_status = 0
    where i.status = 'success'
    group by i.id
    having count(distinct e.path) <> regexp_count(i.script, '^execute:', 1, 'n')`);
  return rows.map(({ problem }) => problem);
}
