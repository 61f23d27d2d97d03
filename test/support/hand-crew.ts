// Several workers whose commands the test ends, and what else goes on by itself: real rows, no processes.

import { consumeEvents } from '../../src/operations/consume-events.ts';
import { finish, type Finished } from '../../src/operations/finish.ts';
import { wakeTokens } from '../../src/operations/wake-tokens.ts';
import { claimExecution, type Claim } from '../../src/store/claims.ts';
import { facts, someWorkers } from './operations.ts';
import type { Database } from '../../src/store/database.ts';

export interface HandCrew {
  readonly workers: readonly number[];
  /** By one of the workers, the first when left out. */
  claim(workerId?: number): Promise<Claim | null>;
  end(claim: Claim, exitStatus: number, workerId?: number | null): Promise<Finished>;
  /** A worker takes and ends whatever there is, until there is nothing; what it ran, in order. */
  drain(exitOf?: (claim: Claim) => number, workerId?: number): Promise<string[]>;
  /** Does what instances have said to one another, until nothing is said any more. */
  hear(): Promise<void>;
  /** Both, until neither has anything to do; what it ran. */
  settle(exitOf?: (claim: Claim) => number, workerId?: number): Promise<string[]>;
  /** All alarms ring now; resolves when nothing is due any more. */
  passTime(): Promise<void>;
}

const place = { queue: '@default', host: 'h1', epoch: 'e1' };

export async function handCrew(db: Database, count: number): Promise<HandCrew> {
  const workers = await someWorkers(db, count, place.host);
  const first = workers[0] ?? 0;
  const failLoudly = (error: unknown) => {
    throw error;
  };
  const crew: HandCrew = {
    workers,
    claim: (workerId = first) => claimExecution(db, { ...place, workerId }),
    end: ({ executionId, fence, ...claim }, exitStatus, workerId = null) =>
      finish(
        db,
        { ...claim, executionId, fence },
        {
          executionId,
          fence,
          exitStatus,
          termSignal: null,
          timedOut: false,
          pid: null,
          startedAt: null,
          finishedAt: new Date(),
          outputSize: 0,
          peakMemory: null,
          output: [],
        },
        facts,
        workerId === null ? null : { ...place, workerId },
      ),
    async drain(exitOf = () => 0, workerId = first) {
      const ran: string[] = [];
      let claim = await crew.claim(workerId);
      while (claim !== null) {
        ran.push(claim.shell);
        const chained: Claim | null = (await crew.end(claim, exitOf(claim), workerId)).claim;
        claim = chained ?? (await crew.claim(workerId));
      }
      return ran;
    },
    async hear() {
      while (await isSaid(db)) await consumeEvents(db, facts, failLoudly);
    },
    async settle(exitOf, workerId) {
      const ran: string[] = [];
      do {
        ran.push(...(await crew.drain(exitOf, workerId)));
        await crew.hear();
      } while (await isPending(db));
      return ran;
    },
    async passTime() {
      await db.query('update tokens set wake_at = now() where wake_at is not null');
      await wakeTokens(db, facts, failLoudly);
    },
  };
  return crew;
}

async function isSaid(db: Database): Promise<boolean> {
  const rows = await db.query(
    'select from events where consumed_at is null and available_at <= clock_timestamp() limit 1',
  );
  return rows.length > 0;
}

async function isPending(db: Database): Promise<boolean> {
  const rows = await db.query(`select from executions where status = 'pending' limit 1`);
  return rows.length > 0;
}
