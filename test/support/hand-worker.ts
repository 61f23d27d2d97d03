// A worker whose commands are ended by the test, by hand: real rows, no processes.

import { finish } from '../../src/operations/finish.ts';
import { claimExecution, type Claim, type FreeWorker } from '../../src/store/claims.ts';
import { registerExecutor } from '../../src/store/executors.ts';
import { facts } from './operations.ts';
import type { Database } from '../../src/store/database.ts';

export interface HandWorker {
  /** Takes the oldest command of its queue; throws when there is none. */
  readonly claim: () => Promise<Claim>;
  /** Ends a command with an exit status and what it wrote. */
  readonly end: (claim: Claim, exitStatus: number, output?: string | Buffer) => Promise<void>;
  /** The same, and takes what comes next in the same commit, as an executor does; throws when there is nothing. */
  readonly goOn: (claim: Claim, exitStatus: number) => Promise<Claim>;
}

export async function handWorker(db: Database, queue = '@default'): Promise<HandWorker> {
  const host = 'host-of-the-test';
  const epoch = 'epoch-of-the-test';
  const place = { host, queue, epoch, bootId: 'boot', pid: process.pid, kind: 'start' as const };
  const { workers } = await db.transaction(async (tx) => {
    const registered = await registerExecutor(tx, place, 1);
    // It says "alive" this once, and is there for as long as the test takes.
    await tx.query(`update executors set beat_at = now() + interval '1 hour' where id = $1`, [
      registered.id,
    ]);
    return registered;
  });
  const worker = { workerId: workers[0]?.id ?? 0, queue, host, epoch };
  const taken = (claim: Claim | null): Claim => {
    if (claim === null) throw new Error('there is nothing to claim');
    return claim;
  };
  const finished = async (
    claim: Claim,
    exitStatus: number,
    output: string | Buffer,
    freed: FreeWorker | null,
  ) => {
    const bytes = Buffer.from(output as string);
    const result = {
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
    };
    const outputTail = bytes.toString().slice(-1_000);
    return finish(db, claim, result, { ...facts, outputTail }, freed);
  };
  return {
    claim: async () => taken(await claimExecution(db, worker)),
    end: async (claim, exitStatus, output = '') => {
      await finished(claim, exitStatus, output, null);
    },
    goOn: async (claim, exitStatus) =>
      taken((await finished(claim, exitStatus, 'ok', worker)).claim),
  };
}
