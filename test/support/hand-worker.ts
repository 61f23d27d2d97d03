// A worker whose commands are ended by the test, by hand: real rows, no processes.

import { finish } from '../../src/operations/finish.ts';
import { claimExecution, type Claim } from '../../src/store/executions.ts';
import { registerExecutor } from '../../src/store/executors.ts';
import { facts } from './operations.ts';
import type { Database } from '../../src/store/database.ts';

export interface HandWorker {
  /** Takes the oldest command of its queue; throws when there is none. */
  readonly claim: () => Promise<Claim>;
  /** Ends a command with an exit status and what it wrote. */
  readonly end: (claim: Claim, exitStatus: number, output?: string | Buffer) => Promise<void>;
}

export async function handWorker(db: Database, queue = '@default'): Promise<HandWorker> {
  const host = 'host-of-the-test';
  const epoch = 'epoch-of-the-test';
  const { workers } = await db.transaction((tx) =>
    registerExecutor(
      tx,
      { host, queue, epoch, bootId: 'boot', pid: process.pid, kind: 'start' },
      1,
    ),
  );
  const workerId = workers[0]?.id ?? 0;
  return {
    claim: async () => {
      const claim = await claimExecution(db, { queue, workerId, host, epoch });
      if (claim === null) throw new Error('there is nothing to claim');
      return claim;
    },
    end: async (claim, exitStatus, output = '') => {
      const bytes = Buffer.from(output);
      await finish(
        db,
        claim,
        {
          executionId: claim.executionId,
          fence: claim.fence,
          exitStatus,
          termSignal: null,
          timedOut: false,
          pid: 4_242,
          startedAt: claim.launchedAt,
          finishedAt: new Date(),
          outputSize: bytes.length,
          peakMemory: null,
          output: bytes.length === 0 ? [] : [{ start: 0, bytes }],
        },
        { ...facts, outputTail: bytes.toString().slice(-1_000) },
        null,
      );
    },
  };
}
