/**
 * The logger thread: carries what commands wrote from the store to the configured execution logger,
 * beside and behind everything else. An outage of it is caught up, and nobody waits for it. Output is
 * told by no NOTIFY: it asks once a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '../log.ts';
import { openCloudWatchLogs } from '../notifiers/cloud-watch-logs.ts';
import { openDatabase } from '../store/database.ts';
import {
  beginExecutionLogs,
  claimLogs,
  enterExecutions,
  giveUpLogs,
  putLogOff,
  type OpenLog,
} from '../store/execution-logs.ts';
import { shipLog } from './ship-log.ts';
import { liveUntilCancelled, threadData } from './thread.ts';

export interface LoggerData {
  readonly databaseUrl: string;
  readonly groupName: string;
  readonly region: string;
}

const everyMs = 1_000;
const giveUpEveryMs = 60_000;
const longestPauseMs = 60_000;
/** Sent at a time. */
const atOnce = 8;
/** Longer than a batch with all its attempts takes. */
const leaseSeconds = 120;
const longestDelaySeconds = 300;

const data = threadData() as LoggerData;
const log = createLog('logger');
const db = openDatabase(data.databaseUrl, { max: 4, name: 'kuroko logger' });
const cancelled = new AbortController();
const target = openCloudWatchLogs({ ...data, signal: cancelled.signal });
const shipper = { db, target, log, leaseSeconds, ending: () => cancelled.signal.aborted };
/** Rounds in a row in which something could not be sent. */
let failures = 0;

/** Returns whether there may be more at once. */
async function round(): Promise<boolean> {
  await enterExecutions(db);
  const claimed = await claimLogs(db, atOnce, leaseSeconds);
  const results = await Promise.all(claimed.map(ship));
  if (results.includes(false)) {
    failures += 1;
    return false;
  }
  if (failures > 0 && claimed.length > 0) {
    log.info('the execution logger takes output again');
    failures = 0;
  }
  return claimed.length === atOnce;
}

async function ship(open: OpenLog): Promise<boolean> {
  const { executionId, attempts } = open;
  try {
    await shipLog(shipper, open);
    return true;
  } catch (error) {
    if (failures === 0 && !cancelled.signal.aborted) {
      log.warn({ err: error, executionId }, 'the execution logger takes no output now; it waits');
    }
    await putLogOff(db, executionId, Math.min(longestDelaySeconds, 2 ** Math.min(attempts, 20)));
    return false;
  }
}

async function giveUp(): Promise<void> {
  const given = await giveUpLogs(db);
  if (given.length === 0) return;
  const about = { count: given.length, executionIds: given.slice(0, 20) };
  log.error(about, 'output could not be sent for a day and is not sent any more');
}

async function loop(): Promise<void> {
  let begun = false;
  let trouble = false;
  let gaveUpAt = -Infinity;
  while (!cancelled.signal.aborted) {
    try {
      if (!begun) await beginExecutionLogs(db);
      begun = true;
      if (performance.now() - gaveUpAt >= giveUpEveryMs) {
        await giveUp();
        gaveUpAt = performance.now();
      }
      const more = await round();
      trouble = false;
      if (more) continue;
    } catch (error) {
      if (!trouble) log.warn({ err: error }, 'the logger waits for the database');
      trouble = true;
    }
    const pauseMs = Math.min(longestPauseMs, everyMs * 2 ** Math.min(failures, 10));
    await sleep(pauseMs, undefined, { signal: cancelled.signal }).catch(() => {});
  }
}

const running = loop();

liveUntilCancelled(async () => {
  cancelled.abort();
  await running;
  target.close();
  await db.close();
});
