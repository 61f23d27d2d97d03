/** Commands that count until they are told to end: each number is said, and written down outside of everything under test. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { joinOutput, readOutput } from '../../src/store/output.ts';
import { runProgram, type Home } from './program.ts';
import { until } from './until.ts';

export interface CountingCommands {
  readonly definitionId: number;
  /** Lines that each instance has written down, in order, and the processes that wrote them. */
  journal(): Map<number, { numbers: number[]; pids: Set<number> }>;
  /** Those that are counting now, or were, end soon. */
  tellToEnd(): void;
}

/** Saves the definition `counter`, to be launched any number of times. */
export async function defineCounting(
  at: Home,
  { everySeconds, queue }: { readonly everySeconds: number; readonly queue?: string },
  extra: Record<string, string> = {},
): Promise<CountingCommands> {
  const journal = path.join(at.dataDir, 'journal');
  const end = path.join(at.dataDir, 'end');
  const file = path.join(at.dataDir, 'counter.yml');
  const shell =
    `i=0; while [ ! -e ${end} ]; do i=$((i + 1)); echo "line $i"; ` +
    `echo "$KUROKO2_JOB_INSTANCE_ID $i $$" >> ${journal}; sleep ${everySeconds}; done`;
  const script = [...(queue === undefined ? [] : [`queue: ${queue}`]), `execute: ${shell}`];
  writeFileSync(
    file,
    `name: counter\nadmins: [U01ALICE]\napi_allowed: true\nprevent_multi: none\nscript: |\n` +
      script.map((line) => `  ${line}\n`).join(''),
  );
  const { code, text } = await runProgram(at, ['apply', file], extra);
  const definitionId = Number(/^created (\d+) counter$/m.exec(text)?.[1]);
  if (code !== 0 || Number.isNaN(definitionId)) throw new Error(text);
  return {
    definitionId,
    journal: () => readJournal(journal),
    tellToEnd: () => writeFileSync(end, ''),
  };
}

function readJournal(file: string): ReturnType<CountingCommands['journal']> {
  const found: ReturnType<CountingCommands['journal']> = new Map();
  if (!existsSync(file)) return found;
  for (const entry of readFileSync(file, 'utf8').trim().split('\n')) {
    const [instance = 0, number = 0, pid = 0] = entry.split(' ').map(Number);
    const known = found.get(instance) ?? { numbers: [], pids: new Set<number>() };
    known.numbers.push(number);
    known.pids.add(pid);
    found.set(instance, known);
  }
  return found;
}

/**
 * Waits for the end of instances and holds the books against what the commands wrote down: one process each, one execution
 * that ended well, every number once and in order, and the same in the output that was stored.
 */
export async function expectEachCountedOnce(
  counting: CountingCommands,
  databaseUrl: string,
  ids: readonly number[],
): Promise<void> {
  const db = openDatabase(databaseUrl, { max: 1 });
  try {
    const executions = await until(
      'all to have ended',
      async () => {
        const rows = await db.query<Executed>(
          `select id, instance_id, status, exit_status from executions
           where instance_id = any($1) order by id`,
          [ids],
        );
        return rows.every(({ status }) => !['pending', 'claimed'].includes(status)) && rows;
      },
      60_000,
    );
    expect(executions.map(({ instanceId }) => instanceId).toSorted((a, b) => a - b)).toEqual(ids);
    for (const { id, instanceId, status, exitStatus } of executions) {
      expect({ status, exitStatus }).toEqual({ status: 'finished', exitStatus: 0 });
      const written = counting.journal().get(instanceId);
      const numbers = written?.numbers ?? [];
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      expect(written?.pids.size).toBe(1);
      const stored = joinOutput(await readOutput(db, id)).toString('utf8');
      expect(stored).toBe(numbers.map((number) => `line ${number}\n`).join(''));
    }
  } finally {
    await db.close();
  }
}

interface Executed {
  readonly id: number;
  readonly instanceId: number;
  readonly status: string;
  readonly exitStatus: number | null;
}
