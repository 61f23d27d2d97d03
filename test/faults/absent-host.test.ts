import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { faultStage, type AtEnd, type FaultStage } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { processesMarked, untilNoneMarked } from '../support/live-processes.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';
import type { DatabaseProxy } from '../support/database-proxy.ts';
import type { HostProcess } from '../support/host.ts';
import type { Journal } from '../support/journal.ts';

interface Absence {
  readonly name: string;
  readonly leave: (host: HostProcess, proxy: DatabaseProxy) => void;
  readonly comeBack: (host: HostProcess, proxy: DatabaseProxy) => void;
}

const absences: readonly Absence[] = [
  {
    name: 'whose process is stopped',
    leave: ({ child }) => void child.kill('SIGSTOP'),
    comeBack: ({ child }) => void child.kill('SIGCONT'),
  },
  {
    name: 'whose way to the database is refused',
    leave: (_, proxy) => proxy.cut('refused'),
    comeBack: (_, proxy) => proxy.heal(),
  },
  {
    name: 'whose way to the database is silent',
    leave: (_, proxy) => proxy.cut('silent'),
    comeBack: (_, proxy) => proxy.heal(),
  },
];

const commands = 8;

/** A host with that many commands under way, one of each script in turn, and another one that watches. */
async function atWork(atEnd: AtEnd, scripts: (journal: Journal) => readonly string[]) {
  const stage = await faultStage(atEnd);
  const proxy = await stage.proxyTo();
  const host = stage.host({ name: 'absent', workers: commands });
  const hostProcess = await host.start(proxy.url);
  const all = scripts(stage.journal);
  for (const [index, script] of all.entries()) {
    // Where there is a second one, its commands are to be done again without a person.
    await stage.launch(script, commands / all.length, { retryLost: index > 0 });
  }
  await until('all to run', () => timesNoted(stage.journal, 'start') >= commands);
  await stage.witness();
  return { ...stage, hostProcess, proxy };
}

async function executionStates({ db }: FaultStage): Promise<Record<string, number>> {
  const rows = await db.query<{ status: string; count: number }>(
    'select status, count(*) from executions group by status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

describe.concurrent.each(absences)('a host $name', ({ name, leave, comeBack }) => {
  it('for five seconds loses nothing', async ({ onTestFinished, expect }) => {
    const stage = await atWork(onTestFinished, (journal) => [
      journal.step(journal.ticks(4)) + journal.step(':'),
    ]);
    leave(stage.hostProcess, stage.proxy);
    await sleep(5_000);
    comeBack(stage.hostProcess, stage.proxy);
    expect(await settled(stage.db, 60_000)).toEqual({ success: commands });
    expect(timesNoted(stage.journal, 'end')).toBe(commands * 2);
    expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
  });

  it.runIf(long).for([60, 600])(
    'for %i seconds comes back to be refused',
    async (seconds, { onTestFinished, expect }) => {
      // Of half of them it will know results, the others still run when it is back.
      const stage = await atWork(onTestFinished, (journal) => [
        journal.step(journal.ticks(5)) + journal.step(':'),
        journal.step(journal.ticks(seconds * 2, 2)) + journal.step(':'),
      ]);
      const { db, journal } = stage;
      const marker = `KUROKO_EXECUTION=${journal.entries()[0]?.epoch}:`;
      const leftAt = performance.now();
      leave(stage.hostProcess, stage.proxy);
      await until(
        'the other host to notice',
        async () => (await executionStates(stage))['lost'] === commands,
        60_000,
      );
      const noticedMs = performance.now() - leftAt;
      expect(noticedMs).toBeLessThan(35_000);
      await sleep(seconds * 1_000 - noticedMs);
      // Its guardian is there: nobody has stopped them, and nobody has started them anew.
      expect(processesMarked(marker).length).toBeGreaterThanOrEqual(commands / 2);

      comeBack(stage.hostProcess, stage.proxy);
      const backAt = performance.now();
      await untilNoneMarked(marker, 60_000);
      const stoppedMs = performance.now() - backAt;
      await until('what was lost to be proven dead', async () => {
        const rows = await db.query(
          `select id from executions where status = 'lost' and group_empty_at is not null`,
        );
        return rows.length === commands;
      });
      // Half of them is done again by itself; what it knew of results is worth nothing any more.
      expect(await stage.retryAll()).toBe(commands / 2);
      expect(await settled(db, 120_000)).toEqual({ success: commands });
      expect(await executionStates(stage)).toEqual({ lost: commands, finished: commands * 2 });
      expect(await brokenPromises(db, journal)).toEqual([]);
      process.stdout.write(
        `a host ${name}, for ${seconds} s: noticed after ${Math.round(noticedMs)} ms, ` +
          `commands gone ${Math.round(stoppedMs)} ms after the return\n`,
      );
    },
  );
});
