/** Tells people of commands that nobody takes: a log line each, and a few notices, never a flood. */
import { servedQueues } from '../store/executors.ts';
import { insertNotice } from '../store/outbox.ts';
import {
  lockQueueAlarm,
  lockUnstarted,
  markUnstarted,
  noteQueueAlarm,
  pendingOn,
  type UnstartedExecution,
} from '../store/unstarted.ts';
import type { Tx } from '../store/database.ts';

/** Unstarted so long is told of. */
const unstartedSeconds = 180;
const atOnce = 500;
/** Instances of one queue that are told of by themselves in an hour; the rest is told of in one. */
const singly = 5;

export interface QueueAlarmed {
  readonly queue: string;
  readonly served: boolean;
  /** Commands that were not told of before. */
  readonly commands: number;
}

/** Every command is told of once, every instance once. Any number of keepers may do this. */
export async function alarmUnstarted(tx: Tx): Promise<QueueAlarmed[]> {
  const unstarted = await lockUnstarted(tx, unstartedSeconds, atOnce);
  if (unstarted.length === 0) return [];
  const served = new Set(await servedQueues(tx));
  // In the order of their names: two keepers wait for one another, and not each for the other.
  const queues = [...new Set(unstarted.map(({ queue }) => queue))].toSorted();
  const alarmed: QueueAlarmed[] = [];
  for (const queue of queues) {
    const mine = unstarted.filter((execution) => execution.queue === queue);
    const workers = served.has(queue) ? 'busy' : 'none';
    await markUnstarted(
      tx,
      mine.map((execution) => ({ ...execution, message: logLine(execution, workers) })),
    );
    await tellOf(tx, queue, workers, mine);
    alarmed.push({ queue, served: served.has(queue), commands: mine.length });
  }
  return alarmed;
}

async function tellOf(
  tx: Tx,
  queue: string,
  workers: 'busy' | 'none',
  unstarted: readonly UnstartedExecution[],
): Promise<void> {
  const fresh = unstarted.filter(({ toldBefore }) => !toldBefore);
  const instances = [...new Set(fresh.map(({ instanceId }) => instanceId))];
  const alarm = await lockQueueAlarm(tx, queue);
  const room = Math.max(0, singly - alarm.told);
  for (const [index, instanceId] of instances.slice(0, room).entries()) {
    const first = alarm.told + index === 0;
    const payload = { message: null, unstarted: { queue, workers, first } } as const;
    await insertNotice(tx, instanceId, { event: 'unstarted', payload });
  }
  const [rest] = instances.slice(room);
  const summed = rest !== undefined && alarm.summedAt === null;
  if (summed) {
    const waiting = await pendingOn(tx, queue);
    const payload = { message: null, unstarted: { queue, workers, waiting } } as const;
    await insertNotice(tx, rest, { event: 'backlog', payload });
  }
  const told = alarm.told + Math.min(instances.length, room);
  await noteQueueAlarm(tx, queue, { told, summed });
}

function logLine({ path, queue }: UnstartedExecution, workers: 'busy' | 'none'): string {
  const why =
    workers === 'none' ? `no worker serves the queue ${queue}` : `every worker of ${queue} is busy`;
  return `The command of ${path} has not been started for ${unstartedSeconds / 60} minutes: ${why}.`;
}
