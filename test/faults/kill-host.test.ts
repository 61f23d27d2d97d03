import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises } from '../support/broken-promises.ts';
import { faultStage, type FaultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { processesMarked } from '../support/live-processes.ts';
import { define, launchMany } from '../support/operations.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';
import type { Host } from '../support/host.ts';

const kills = long ? 500 : 6;
const instances = long ? 500 : 12;
/** The others follow, one with each start: there is always something to be killed at. */
const backlog = instances - kills + (long ? 20 : 0);

const points = ['claim', 'submit', 'output', 'exit', 'commit'] as const;
const chosen = <T>(from: readonly T[]): T | undefined =>
  from[Math.floor(Math.random() * from.length)];

/** What became of the kills. */
interface Tally {
  kills: number;
  launched: number;
  /** The longest that a slot was held, in milliseconds. */
  slowestSlotMs: number;
}

/** Starts the host again and again, and kills it each time: mostly at a point of an execution's way. */
async function killAgainAndAgain(
  stage: FaultStage,
  host: Host,
  tally: Tally,
  launchOne: () => Promise<unknown>,
): Promise<void> {
  let former: Former | null = null;
  while (tally.kills < kills) {
    tally.kills += 1;
    if (tally.launched < instances) {
      tally.launched += 1;
      await launchOne();
    }
    const way = Math.random();
    const atPoint = way < 0.8;
    if (atPoint) {
      const point = chosen(points) ?? 'claim';
      const when = chosen(['before', 'after'] as const) ?? 'after';
      host.order('executor', { do: 'kill', point, when, nth: 1 + Math.floor(Math.random() * 4) });
    }
    const { child, guardianPid, ended } = await host.start(stage.url);
    // It may be killed while it is still about what the one before has left.
    const settledFormer = settleFormer(stage, former, tally, ended);
    await Promise.race([ended, sleep(atPoint ? 5_000 : Math.random() * 1_000)]);
    former = { epoch: await epochOf(stage, host), diedAt: performance.now() };
    // Of the guardian, of both, of main.
    if (way > 0.9 && guardianPid > 0) process.kill(guardianPid, 'SIGKILL');
    if (way < 0.95) child.kill('SIGKILL');
    await ended;
    await settledFormer;
  }
  const { ended } = await host.start(stage.url);
  await settleFormer(stage, former, tally, ended);
}

interface Former {
  readonly epoch: string;
  readonly diedAt: number;
}

/** What its successor owes a host that was killed: no process is left, its slots are free soon, a person may retry. */
async function settleFormer(
  stage: FaultStage,
  former: Former | null,
  tally: Tally,
  successorEnded: Promise<unknown>,
): Promise<void> {
  if (former === null) return;
  const dead = new AbortController();
  void successorEnded.then(() => dead.abort());
  // What was running has ended before the successor is ready for anything new.
  if (!dead.signal.aborted)
    expect(processesMarked(`KUROKO_EXECUTION=${former.epoch}:`)).toEqual([]);
  await until(
    'its slots to be free',
    async () => dead.signal.aborted || hasNoClaims(stage, former.epoch),
    30_000,
  );
  if (!dead.signal.aborted) {
    tally.slowestSlotMs = Math.max(tally.slowestSlotMs, performance.now() - former.diedAt);
  }
  await stage.retryAll();
}

async function epochOf({ db }: FaultStage, { name }: Host): Promise<string> {
  const [row] = await db.query<{ epoch: string }>('select epoch from executors where host = $1', [
    name,
  ]);
  return row?.epoch ?? '';
}

async function hasNoClaims({ db }: FaultStage, epoch: string): Promise<boolean> {
  const rows = await db.query(
    `select id from executions where status = 'claimed' and epoch = $1 limit 1`,
    [epoch],
  );
  return rows.length === 0;
}

it('kill -9 of executor hosts at any point of the way starts nothing twice, and strands nothing', async () => {
  const stage = await faultStage(onTestFinished);
  const { db, journal } = stage;
  await stage.witness();
  const quick = journal.step('sleep 0.05');
  const chatty = journal.step('echo one; sleep 0.6; echo two; sleep 0.1');
  const { id } = await define(db, (quick + chatty).repeat(2));
  await launchMany(db, id, backlog);
  const hosts = ['one', 'two'].map((name) => stage.host({ name, workers: 4 }));
  const tally: Tally = { kills: 0, launched: backlog, slowestSlotMs: 0 };
  const launchOne = () => launchMany(db, id, 1);
  await Promise.all(hosts.map((host) => killAgainAndAgain(stage, host, tally, launchOne)));
  const states = await until(
    'every instance to succeed, retried as often as it was lost',
    async () => {
      await stage.retryAll();
      const now = await settled(db, 300_000);
      return now['success'] === instances && now;
    },
    600_000,
  );
  expect(states).toEqual({ success: instances });
  expect(await brokenPromises(db, journal)).toEqual([]);
  const counts = new Map<string, number>();
  for (const line of hosts.flatMap((host) => host.done())) {
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const [executions] = await db.query<{ all: number; lost: number }>(
    `select count(*) as all, count(*) filter (where status = 'lost') as lost from executions`,
  );
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(kills / 4);
  process.stdout.write(
    `${kills} kills over ${executions?.all} executions, ${executions?.lost} lost; ` +
      `slots free after ${Math.round(tally.slowestSlotMs)} ms at most; ` +
      `${[...counts].map(([line, count]) => `${line}: ${count}`).join(', ')}\n`,
  );
});
