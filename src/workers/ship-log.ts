/** Sends what one execution wrote to the execution logger, from the store and batch by batch. */
import { logBatches } from '../notifiers/log-batches.ts';
import {
  noteCaughtUp,
  noteShipped,
  readOutputFrom,
  releaseLog,
  type OpenLog,
} from '../store/execution-logs.ts';
import { outputLines, type OutputLine } from './output-lines.ts';
import type { CloudWatchLogs } from '../notifiers/cloud-watch-logs.ts';
import type { Log } from '../log.ts';
import type { Connection } from '../store/database.ts';

export interface LogShipper {
  readonly db: Connection;
  readonly target: CloudWatchLogs;
  readonly log: Log;
  readonly leaseSeconds: number;
  /** True once nothing more is to be begun. */
  readonly ending: () => boolean;
}

/** Bytes read at a time. */
const readBytes = 524_288;

/**
 * At least once: what was sent is noted after it was sent. Throws when it cannot be sent now; what has
 * been sent by then stays noted.
 */
export async function shipLog(shipper: LogShipper, open: OpenLog): Promise<void> {
  let from = open.shippedTo;
  while (!shipper.ending()) {
    const chunks = await readOutputFrom(shipper.db, open.executionId, from, readBytes);
    const complete = outputLines(chunks, from, Date.now(), false);
    const rest = complete.length > 0 || !open.ended;
    const lines = rest ? complete : outputLines(chunks, from, Date.now(), true);
    if (lines.length === 0) return noteCaughtUp(shipper.db, open);
    const to = await send(shipper, open, from, lines);
    if (to === null) return;
    from = to;
  }
  await releaseLog(shipper.db, open.executionId);
}

/** Returns up to where it is sent; null when somebody else sends it now. */
async function send(
  { db, target, log, leaseSeconds }: LogShipper,
  { executionId, definitionId, instanceId, pid }: OpenLog,
  from: number,
  lines: readonly OutputLine[],
): Promise<number | null> {
  const stream = `JOB${String(definitionId).padStart(10, '0')}/${instanceId}`;
  const uuid = String(executionId);
  const events = lines.map(({ text, at, end }) => ({
    timestamp: at,
    message: JSON.stringify({ uuid, pid, level: 'NOTICE', message: text }),
    end,
  }));
  let sent = from;
  for (const batch of logBatches(events)) {
    const refused = await target.put(stream, batch);
    if (refused > 0) log.warn({ executionId, refused }, 'CloudWatch Logs refused some lines');
    const to = batch.at(-1)?.end ?? sent;
    if (!(await noteShipped(db, { executionId, from: sent, to }, leaseSeconds))) return null;
    sent = to;
  }
  return sent;
}
