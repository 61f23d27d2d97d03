import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { saveDefinition } from '../../src/operations/save-definition.ts';
import { brokenPromises } from '../support/broken-promises.ts';
import { long } from '../support/form.ts';
import { createJournal } from '../support/journal.ts';
import { facts, fieldsOf, member, openDatabase } from '../support/operations.ts';
import {
  createHome,
  postInstance,
  startProgram,
  type Home,
  type Program,
} from '../support/program.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

const kills = long ? 100 : 4;
const graceMs = 1_000;

let home: Home;
const journal = createJournal();
beforeAll(async () => {
  home = await createHome(`kill_grace: ${graceMs / 1_000}\n`);
});
afterAll(async () => {
  await home.remove();
  journal.remove();
}, 60_000);

const scripts = [
  journal.step('sleep 0.2').repeat(5),
  // Ignores TERM, has children, and one that leaves the group.
  journal.step(`trap '' TERM; setsid sleep 611 & a=$!; sleep 612 & b=$!; sleep 1; kill -9 $a $b`),
];

async function define(program: Program): Promise<number[]> {
  const db = openDatabase(program.databaseUrl);
  const ids: number[] = [];
  for (const [index, script] of scripts.entries()) {
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
  const states = await settled(db, 120_000);
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(
    kills * scripts.length * 2,
  );
  expect(await brokenPromises(db, journal)).toEqual([]);
  const lost = await db.query(`select id from executions where status = 'lost'`);
  await db.close();
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  await until('nothing to be left', () => home.leftovers().length === 0, 5_000);
  process.stdout.write(
    `${kills} kills: all gone after ${Math.round(slowest)} ms at most (grace ${graceMs} ms), ${lost.length} commands lost\n`,
  );
});
