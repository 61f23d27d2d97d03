/** A stage for schedulers: schedules whose commands note for which minute they run, and a clock that can be set. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lead, naiveCron, naiveLaunches, wallClock } from '../../src/operations/naive-cron.ts';
import { startEngine } from './engine.ts';
import { faultStage, type AtEnd, type FaultStage } from './fault-stage.ts';
import { define } from './operations.ts';
import { scheduleOf, setSchedules } from './schedules.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { simulatedClock, type SimulatedClock } from './simulated-clock.ts';
import { until } from './until.ts';
import type { ScheduleFields } from '../../src/store/schedules.ts';

export interface ScheduleStage extends FaultStage {
  readonly clock: SimulatedClock;
  /** Definitions with a schedule each, saved now by the simulated clock; their ids. */
  schedule(count: number, fields: Partial<ScheduleFields> & { cron: string }): Promise<number[]>;
  scheduler(options?: { readonly build?: string; readonly skewMs?: number }): Promise<ChildProcess>;
  /** Waits until every schedule is accounted for up to the minute that the clock shows. */
  caughtUp(mostMs?: number): Promise<void>;
  /** Sentences on what the commands did that they should not have, or did not: empty when all is well. */
  breaches(ids: readonly number[], cron: string, from: Date, to: Date): string[];
  /** Minutes for which the commands of a definition ran, ISO 8601, in the order in which they did. */
  fired(id: number): string[];
}

/** Far from now: the keeper of the engine that runs the commands, by the real clock, has nothing to launch. */
export const begin = new Date('2099-03-10T10:00:30Z');

export async function scheduleStage(atEnd: AtEnd): Promise<ScheduleStage> {
  const stage = await faultStage(atEnd);
  const { db, url, journal } = stage;
  const engine = await startEngine({ url });
  atEnd(() => engine.stop(), 60_000);
  const folder = temporaryFolder();
  const clockFile = path.join(folder, 'clock');
  const clock = simulatedClock(clockFile, begin);
  const script = journal.step(
    journal.note('fired:$KUROKO2_JOB_DEFINITION_ID@$KUROKO_SCHEDULED_TIME'),
  );
  const fired = (id: number) =>
    journal
      .entries()
      .flatMap(({ word }) =>
        word.startsWith(`fired:${id}@`) ? [word.slice(word.indexOf('@') + 1)] : [],
      );
  return {
    ...stage,
    clock,
    fired,
    async schedule(count, fields) {
      const set = { schedules: [scheduleOf(fields.cron, fields)] };
      const one = async () => {
        const { id } = await define(db, script);
        await setSchedules(db, id, set, clock.now());
        return id;
      };
      return Promise.all(Array.from({ length: count }, one));
    },
    async scheduler({ build = ownBuild, skewMs = 0 } = {}) {
      const options = { build, url, clockFile, skewMs, mostMs: 20, tellMs: 200 };
      const child = spawn(process.execPath, [program, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      atEnd(() => {
        child.kill('SIGKILL');
      });
      await once(child.stdout, 'data');
      return child;
    },
    async caughtUp(mostMs = 120_000) {
      await until(
        'every schedule to be accounted for',
        async () => {
          const behind = await db.query('select from schedules where watermark < $1', [
            new Date(Math.floor(clock.now().getTime() / 60_000) * 60_000),
          ]);
          return behind.length === 0;
        },
        mostMs,
      );
    },
    breaches(ids, cron, from, to) {
      const due = dueBetween(cron, from, to);
      return ids.flatMap((id) => breachesOf(`job ${id}`, fired(id), due));
    },
  };
}

/** What is wrong with the minutes that ran, where these were due. */
export function breachesOf(what: string, ran: readonly string[], due: readonly string[]): string[] {
  return [
    ...ran
      .filter((minute, index) => ran.indexOf(minute) !== index)
      .map((m) => `${what} twice at ${m}`),
    ...due.filter((minute) => !ran.includes(minute)).map((minute) => `${what} not at ${minute}`),
    ...ran.filter((minute) => !due.includes(minute)).map((minute) => `${what} undue at ${minute}`),
  ];
}

/** By the naive reading, in UTC: minutes in (from, to]. */
function dueBetween(cron: string, from: Date, to: Date): string[] {
  const first = Math.floor(from.getTime() / 60_000) + 1;
  const shown = wallClock('UTC', first - lead, Math.floor(to.getTime() / 60_000) + 1);
  return naiveLaunches(naiveCron(cron), first - lead, shown).map((minute) =>
    new Date(minute * 60_000).toISOString().replace('.000', ''),
  );
}

const program = fileURLToPath(new URL('scheduler-process.mjs', import.meta.url));
export const ownBuild = fileURLToPath(new URL('../../dist', import.meta.url));
