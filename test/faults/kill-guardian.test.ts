import { describe, it } from 'vitest';
import { brokenPromises, timesNoted } from '../support/broken-promises.ts';
import { faultStage, type AtEnd } from '../support/fault-stage.ts';
import { long } from '../support/form.ts';
import { processesMarked } from '../support/live-processes.ts';
import { settled } from '../support/settled.ts';
import { until } from '../support/until.ts';

const rounds = long ? 20 : 1;
const commands = 4;

/** A host with commands under way: half of them ignore TERM, have children, and one that leaves the group. */
async function atWork(atEnd: AtEnd) {
  const stage = await faultStage(atEnd);
  const { journal } = stage;
  const host = stage.host({ name: 'killed', workers: commands });
  // What is to be killed does not end by itself before, and is done soon when it is done again.
  const ticks = journal.ticks(300, 1);
  await stage.launch(journal.step(ticks), commands / 2);
  await stage.launch(
    journal.step(
      `trap '' TERM; setsid sleep 611 & a=$!; sleep 612 & b=$!; ${ticks}; kill -9 $a $b`,
    ),
    commands / 2,
  );
  const hostProcess = await host.start(stage.url);
  await until('all to run', () => timesNoted(journal, 'start') === commands);
  const [epoch] = journal.entries().map((entry) => entry.epoch);
  const alive = () => processesMarked(`KUROKO_EXECUTION=${epoch}:`).length;
  return { ...stage, start: () => host.start(stage.url), hostProcess, alive };
}

describe.concurrent('kill -9', () => {
  it.for(Array.from({ length: rounds }, (_, round) => round + 1))(
    'of the guardian ends the host, and every command: lost, and done once more when asked for (%i)',
    async (_, { expect, onTestFinished }) => {
      const stage = await atWork(onTestFinished);
      process.kill(stage.hostProcess.guardianPid, 'SIGKILL');
      expect(await stage.hostProcess.ended).toBe(1);
      // Its last deed was to have another guardian end what was left.
      expect(stage.alive()).toBe(0);
      await stage.start();
      expect(await settled(stage.db, 60_000)).toEqual({ error: commands });
      expect(await stage.retryAll()).toBe(commands);
      expect(await settled(stage.db, 60_000)).toEqual({ success: commands });
      expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
    },
  );

  it.for(Array.from({ length: rounds }, (_, round) => round + 1))(
    'of guardian and main together leaves commands to the next start, which ends them first (%i)',
    async (_, { expect, onTestFinished }) => {
      const stage = await atWork(onTestFinished);
      process.kill(stage.hostProcess.guardianPid, 'SIGKILL');
      stage.hostProcess.child.kill('SIGKILL');
      expect(await stage.hostProcess.ended).toBe('SIGKILL');
      expect(stage.alive()).toBeGreaterThanOrEqual(commands);
      await stage.start();
      expect(stage.alive()).toBe(0);
      expect(await settled(stage.db, 60_000)).toEqual({ error: commands });
      expect(await stage.retryAll()).toBe(commands);
      expect(await settled(stage.db, 60_000)).toEqual({ success: commands });
      expect(await brokenPromises(stage.db, stage.journal)).toEqual([]);
    },
  );
});
