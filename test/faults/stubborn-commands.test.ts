import { randomUUID } from 'node:crypto';
import { describe, it } from 'vitest';
import { cancel } from '../../src/operations/cancel.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { terminate } from '../../src/operations/terminate.ts';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { inconsistencies } from '../support/consistency.ts';
import { faultStage, type AtEnd, type FaultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { processesMarked, untilNoneMarked } from '../support/live-processes.ts';
import { define, facts, launchMany, member } from '../support/operations.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

/** None of them ends within an hour, and none by a mere TERM to its shell. */
const commands: Readonly<Record<string, string>> = {
  'ignores TERM': `trap '' TERM; sleep 3601 & sleep 3602`,
  'has a daemon': `setsid sleep 3603 & sleep 3604`,
  'has forked twice': `( ( setsid sh -c 'sleep 3605 & sleep 3606' & ) & ); sleep 3607`,
  'has a daemon that ignores TERM': `trap '' TERM; setsid setsid sleep 3608 & sleep 3609`,
  'is stopped': `sleep 3610 & kill -STOP $$`,
  'has a zombie': `sleep 0 & exec sleep 3611`,
  'ignores TERM, and starts again what is ended': `trap '' TERM; while :; do (trap - TERM; exec sleep 3612); done`,
};
const graceMs = 1_000;
const runTimeSeconds = 5;
const copies = long ? 3 : 1;

interface Way {
  readonly name: string;
  readonly status: 'canceled' | 'error';
  readonly stop: (stage: FaultStage, instanceIds: readonly number[]) => Promise<unknown>;
}

const wish = () => ({ actor: member('alice'), requestKey: randomUUID() });
const ways: readonly Way[] = [
  {
    name: 'Cancel',
    status: 'canceled',
    stop: ({ db }, ids) =>
      Promise.all(
        ids.map((instanceId) =>
          inTransaction(db, (tx) => cancel(tx, { instanceId, ...wish() }, facts)),
        ),
      ),
  },
  {
    name: 'Terminate',
    status: 'error',
    stop: ({ db }, ids) =>
      Promise.all(
        ids.map((instanceId) =>
          inTransaction(db, (tx) => terminate(tx, { instanceId, ...wish() }, facts)),
        ),
      ),
  },
  { name: 'its run time', status: 'error', stop: async () => {} },
];

/** A host that runs some of each command; `timeoutSeconds` shortens what a script has in minutes. */
async function atWork(atEnd: AtEnd, timeoutSeconds: number | null) {
  const stage = await faultStage(atEnd);
  const { db, url, journal } = stage;
  const count = Object.keys(commands).length * copies;
  const instanceIds: number[] = [];
  for (const shell of Object.values(commands)) {
    const { id } = await define(db, journal.step(shell));
    instanceIds.push(...(await launchMany(db, id, copies)).map(({ instanceId }) => instanceId));
  }
  await db.query('update executions set timeout_seconds = $1', [timeoutSeconds]);
  const host = stage.host({ name: 'stubborn', workers: count });
  await host.start(url);
  await until('all to run', () => timesNoted(journal, 'start') === count, 60_000);
  return { ...stage, instanceIds, marker: `KUROKO_EXECUTION=${journal.entries()[0]?.epoch}:` };
}

describe.concurrent.each(ways)('stopped by $name', ({ name, status, stop }) => {
  it('no command, however stubborn, leaves anything behind', async ({ expect, onTestFinished }) => {
    const stage = await atWork(onTestFinished, name === 'its run time' ? runTimeSeconds : null);
    const { db, journal, instanceIds, marker } = stage;
    expect(processesMarked(marker).length).toBeGreaterThan(instanceIds.length);
    await stop(stage, instanceIds);
    await untilNoneMarked(marker, 60_000);
    await until(
      'every command to have ended in the books',
      async () => {
        const rows = await db.query(`select id from executions where status <> 'finished'`);
        return rows.length === 0;
      },
      60_000,
    );
    const states = await db.query<{ status: string; count: number }>(
      'select status, count(*) from instances group by status',
    );
    expect(states).toEqual([{ status, count: instanceIds.length }]);
    // From the wish, or the end of the run time, to the guardian's proof that nothing is left.
    const [took] = await db.query<{ most: number; timedOut: boolean }>(
      `select bool_and(timed_out) as timed_out, max(extract(epoch from finished_at -
         coalesce(stop_requested_at, started_at + make_interval(secs => timeout_seconds))))::float8 as most
       from executions`,
    );
    expect(took?.timedOut).toBe(name === 'its run time');
    // With every other test beside it the machine is busy: there it counts that it comes at all.
    expect(took?.most).toBeLessThan(long ? graceMs / 1_000 + 2 : 30);
    expect(timesNoted(journal, 'end')).toBe(0);
    expect(await inconsistencies(db)).toEqual([]);
    process.stdout.write(
      `stopped by ${name}: nothing left after ${Math.round((took?.most ?? 0) * 1_000)} ms (grace ${graceMs} ms)\n`,
    );
  });
});

it('a command that ends and leaves a daemon is reported, and the daemon ends with its host', async ({
  expect,
  onTestFinished,
}) => {
  const { db, url, journal, launch, host } = await faultStage(onTestFinished);
  await launch(journal.step('{ setsid sleep 3620 & }'), 2);
  await launch(journal.step(':'), 2);
  const leaving = host({ name: 'leaving', log: 'warn' });
  const started = await leaving.start(url);
  expect(await settled(db, 60_000)).toEqual({ success: 4 });
  const marker = `KUROKO_EXECUTION=${journal.entries()[0]?.epoch}:`;
  const left = processesMarked(marker).map(({ pid }) => pid);
  expect(left).toHaveLength(2);
  const reports = await until('both to be reported', () => {
    const found = started.text().match(/^.*a command has left processes behind.*$/gm);
    return found?.length === 2 && found;
  });
  expect(reports.flatMap((line) => (JSON.parse(line) as { left: number[] }).left)).toEqual(
    expect.arrayContaining(left),
  );
  started.child.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  expect(await brokenPromises(db, journal)).toEqual([]);
});
