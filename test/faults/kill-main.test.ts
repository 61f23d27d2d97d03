import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { saveDefinition } from '../../src/operations/save-definition.ts';
import { inconsistencies } from '../support/consistency.ts';
import { facts, fieldsOf, member, openDatabase } from '../support/operations.ts';
import {
  createHome,
  postInstance,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { until } from '../support/until.ts';

/** The long form is part of `npm run test:faults`. */
const kills = process.env['KUROKO_FAULTS'] === 'long' ? 100 : 4;
const graceMs = 1_000;

let home: Home;
let journal: string;
beforeAll(async () => {
  home = await createHome(`kill_grace: ${graceMs / 1_000}\n`);
  journal = path.join(home.dataDir, '..', 'journal');
  writeFileSync(journal, '');
});
afterAll(() => home.remove(), 60_000);

function scripts(): string[] {
  const say = (what: string) => `echo "${what} $KUROKO_EXECUTION" >> ${journal}`;
  return [
    `execute: ${say('start')}; sleep 0.2; ${say('end')}\n`.repeat(5),
    // Ignores TERM, has children, and one that leaves the group.
    `execute: trap '' TERM; ${say('start')}; setsid sleep 611 & a=$!; sleep 612 & b=$!; sleep 1; ${say('end')}; kill -9 $a $b\n`,
  ];
}

async function define(program: Program): Promise<number[]> {
  const db = openDatabase(program.databaseUrl);
  const ids: number[] = [];
  for (const [index, script] of scripts().entries()) {
    const fields = fieldsOf(script, { name: `kill-${index}`, apiAllowed: true });
    const wish = {
      id: null,
      version: null,
      fields,
      admins: ['a@example.com'],
      actor: member('alice'),
    };
    ids.push((await inTransaction(db, (tx) => saveDefinition(tx, wish, facts))).definition.id);
  }
  await db.close();
  return ids;
}

it('kill -9 of the program at any moment leaves no process, and every instance in a state', async () => {
  let ids: number[] | null = null;
  let slowest = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const program = await startProgram(home);
    ids ??= await define(program);
    for (const id of ids) await Promise.all([postInstance(program, id), postInstance(program, id)]);
    await sleep(Math.random() * 1_500);
    program.child.kill('SIGKILL');
    await program.ended;
    const killedAt = performance.now();
    // Whatever belongs to it: commands, guardian, database, local Slack.
    await until(
      `nothing to be left after kill ${kill}`,
      () => home.leftovers().length === 0,
      30_000,
    );
    slowest = Math.max(slowest, performance.now() - killedAt);
  }
  const program = await startProgram(home);
  const db = openDatabase(program.databaseUrl);
  await until(
    'every instance to be in a state',
    async () => {
      const [row] = await db.query<{ count: number }>(
        `select count(*) from instances where status = 'working'`,
      );
      return row?.count === 0;
    },
    120_000,
  );
  expect(await inconsistencies(db)).toEqual([]);
  expect(
    await db.query(`select id from executions where status in ('pending', 'claimed')`),
  ).toEqual([]);
  const [counts] = await db.query<{ lost: number; instances: number }>(
    `select (select count(*) from executions where status = 'lost') as lost,
       (select count(*) from instances) as instances`,
  );
  expect(counts?.instances).toBe(kills * scripts().length * 2);
  // The commands' own journal: none was started twice, and what the books call a success did end.
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  const started = lines
    .filter((line) => line.startsWith('start'))
    .map((line) => line.split(':')[1]);
  expect(new Set(started).size).toBe(started.length);
  const ended = new Set(
    lines.filter((line) => line.startsWith('end')).map((line) => line.split(':')[1]),
  );
  const succeeded = await db.query<{ id: number }>(
    `select id from executions where status = 'finished' and exit_status = 0`,
  );
  expect(succeeded.filter(({ id }) => !ended.has(String(id)))).toEqual([]);
  await db.close();
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await until('nothing to be left', () => home.leftovers().length === 0, 5_000);
  process.stdout.write(
    `${kills} kills: all gone after ${Math.round(slowest)} ms at most (grace ${graceMs} ms), ${counts?.lost} commands lost\n`,
  );
});
