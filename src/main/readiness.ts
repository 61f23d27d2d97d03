/** Whether the program can do its work: the answer of `/readyz`. */
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitingForSlack } from '../store/untold.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Connection } from '../store/database.ts';
import type { Threads } from '../workers/threads.ts';

const patienceMs = 2_000;

/** One word a check: `up`, `down` or `starting`; of Slack what waits for it. */
export async function readiness(
  db: Connection,
  guardian: Pick<Guardian, 'list' | 'socketPath'>,
  threads: Pick<Threads, 'state'> | null,
): Promise<{ ok: boolean; checks: Record<string, string> }> {
  const [database, commands] = await Promise.all([
    within(db.query('select 1')),
    // It answers on the connection that is open; a thread that is started again needs a new one.
    within(Promise.all([guardian.list(), access(guardian.socketPath)])),
  ]);
  // What goes to the execution logger waits in the database: nothing else waits for it.
  const { logger: _logger, ...needed } = threads?.state() ?? { threads: 'starting' };
  const checks = { database, guardian: commands, ...needed };
  const ok = Object.values(checks).every((check) => check === 'up');
  // Jobs need no Slack: that it is away is said, and makes nothing of it unready.
  return { ok, checks: { ...checks, ...(database === 'up' && { slack: await slackState(db) }) } };
}

async function slackState(db: Connection): Promise<string> {
  const waiting = await waitingForSlack(db).catch(() => null);
  if (waiting === null) return 'up';
  const { count, since, reason } = waiting;
  // Anybody may read this: a word of Slack's is told, an address of ours is not.
  const why = /^[a-z_]{1,60}$/.test(reason) ? reason : 'Slack does not answer';
  return `${count} messages wait since ${since.toISOString()}: ${why}`;
}

async function within(work: Promise<unknown>): Promise<'up' | 'down'> {
  const late = sleep(patienceMs, 'down' as const, { ref: false });
  return Promise.race([
    work.then(
      () => 'up' as const,
      () => 'down' as const,
    ),
    late,
  ]);
}
