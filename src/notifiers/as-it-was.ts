/** An instance as it was when something happened to it, though much may have happened to it since. */
import type { Instance, InstanceStatus } from '../store/instances.ts';
import type { NoticeEvent } from '../store/outbox.ts';

/**
 * Nothing is told that did not happen: of the times only those that it had by then. `at` is the beginning
 * of the transaction in which it happened.
 */
export function asItWas<Row extends Instance>(instance: Row, event: NoticeEvent, at: Date): Row {
  const errorAt = errorThen(instance, event, at);
  const end = ends[event];
  const open: InstanceStatus = errorAt === null ? 'working' : 'error';
  return {
    ...instance,
    status: end ?? open,
    errorAt,
    finishedAt: end === 'success' ? instance.finishedAt : null,
    canceledAt: end === 'canceled' ? instance.canceledAt : null,
  };
}

/** The events with which an instance ends, and as what. */
const ends: Partial<Readonly<Record<NoticeEvent, InstanceStatus>>> = {
  finished: 'success',
  back_to_normal: 'success',
  cancellation: 'canceled',
  critical: 'canceled',
};

/** It is set on entering ERROR and cleared on leaving it: what is there now may be of another time. */
function errorThen({ errorAt }: Instance, event: NoticeEvent, at: Date): Date | null {
  if (event === 'launch' || ends[event] === 'success') return null;
  // It is kept from then on.
  if (ends[event] === 'canceled') return errorAt;
  if (event !== 'failure') return errorAt !== null && errorAt < at ? errorAt : null;
  return errorAt !== null && errorAt.getTime() - at.getTime() < sameMs ? errorAt : at;
}

/** No transaction that fails a step takes so long. */
const sameMs = 1_000;
