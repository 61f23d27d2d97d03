/** Deliveries under way: takes as many as there is room for, and keeps the books of how they went. */
import { channelOf, deliver, type SlackNotifier } from '../notifiers/slack.ts';
import { SlackFaultError, type SlackFault } from '../notifiers/slack-fault.ts';
import {
  claimDeliveries,
  markDelivered,
  markUndelivered,
  renewLeases,
  type Delivery,
  type ScheduleDelivery,
} from '../store/outbox.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';

export interface Deliveries {
  /** Begins what is due and there is room for; resolves with how many that are. */
  take(): Promise<number>;
  /** Milliseconds until something that was put off is due again, as far as this process knows. */
  nextInMs(): number;
  /** Slack does not answer, or has asked for a pause. */
  inTrouble(): boolean;
  /** Finishes what is under way, and what is due, within about `mostMs`; the rest is left for later. */
  drain(mostMs: number): Promise<void>;
}

type AnyDelivery = Delivery | ScheduleDelivery;

/** At once: enough to keep several channels busy, few enough to be handed back soon. */
const atOnce = 10;
/** Renewed while a delivery is under way: so long it waits when its process was killed. */
const leaseSeconds = 20;
const renewEveryMs = 5_000;
const givenUpAfterMs = 24 * 3_600_000;
const longestPauseSeconds = 300;
/** So often one that fails holds up its channel; then it may be the message, and not Slack. */
const heldAttempts = 5;
/** What was held up comes so much later: clocks and ways to the database differ a little. */
const afterTheOtherMs = 250;

export function createDeliveries({
  db,
  notifier,
  log,
  onRoom,
}: {
  readonly db: Database;
  readonly notifier: SlackNotifier;
  readonly log: Log;
  /** A delivery has ended: there may be more to take. */
  readonly onRoom: () => void;
}): Deliveries {
  const underWay = new Map<number, Promise<void>>();
  /** The last delivery of each channel: the next one begins when it is over. */
  const lanes = new Map<string, Promise<void>>();
  /** What waits to be tried again holds up whatever came later in its channel. */
  const holds = new Map<string, { readonly by: number; readonly until: number }>();
  let renewal: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let trouble = false;
  let ending = false;

  async function take(): Promise<number> {
    if (performance.now() >= dueAt) dueAt = Infinity;
    const room = atOnce - underWay.size;
    if (room === 0 || notifier.api.pausedFor() > 0) return 0;
    const claimed = await claimDeliveries(db, 'slack', room, leaseSeconds);
    for (const delivery of claimed.toSorted((a, b) => a.id - b.id)) {
      const channel = await channelOf(notifier, delivery).catch(() => null);
      const lane = channel ?? `instance ${delivery.instanceId}`;
      const work = (lanes.get(lane) ?? Promise.resolve())
        .then(() => handle(delivery, lane))
        .finally(() => {
          underWay.delete(delivery.id);
          if (lanes.get(lane) === work) lanes.delete(lane);
          onRoom();
        });
      lanes.set(lane, work);
      underWay.set(delivery.id, work);
    }
    renewal ??= setInterval(renew, renewEveryMs);
    return claimed.length;
  }

  function renew(): void {
    if (underWay.size === 0) {
      clearInterval(renewal);
      renewal = undefined;
      return;
    }
    // Without a database nobody else can take them either.
    renewLeases(db, [...underWay.keys()], leaseSeconds).catch(() => {});
  }

  /** Never rejects: what cannot be written in the books is tried again when its lease is over. */
  async function handle(delivery: AnyDelivery, lane: string): Promise<void> {
    try {
      const hold = holds.get(lane);
      const heldMs = (hold?.until ?? 0) - performance.now();
      if (hold !== undefined && hold.by < delivery.id && heldMs > 0) {
        await markUndelivered(db, delivery.id, 'waits for an earlier one', heldMs / 1_000);
        return;
      }
      await attempt(delivery, lane);
      if (hold?.by === delivery.id && holds.get(lane) === hold) holds.delete(lane);
    } catch (error) {
      log.warn({ err: error, deliveryId: delivery.id }, 'a delivery could not be booked');
    }
  }

  async function attempt(delivery: AnyDelivery, lane: string): Promise<void> {
    try {
      await deliver(notifier, delivery);
    } catch (error) {
      const fault: SlackFault =
        error instanceof SlackFaultError
          ? error.fault
          : { type: 'passing', reason: error instanceof Error ? error.message : String(error) };
      return putOff(delivery, lane, fault, error);
    }
    if (trouble) log.info('Slack takes messages again');
    trouble = false;
    await markDelivered(db, delivery.id);
  }

  async function putOff(
    delivery: AnyDelivery,
    lane: string,
    fault: SlackFault,
    error: unknown,
  ): Promise<void> {
    const { id, event, instanceId, createdAt } = delivery;
    // Whoever comes next begins with it at once.
    if (ending && fault.type === 'passing') return markUndelivered(db, id, 'handed back', 0);
    const about = { deliveryId: id, event, instanceId };
    const tooOld = Date.now() - createdAt.getTime() > givenUpAfterMs;
    if (fault.type === 'final' || tooOld) {
      const reason = fault.type === 'limited' ? 'Slack asked for pauses for a day' : fault.reason;
      log.error({ ...about, reason }, 'a message cannot be delivered');
      // Slack has answered: it is not Slack that is in trouble.
      trouble = false;
      return markUndelivered(db, id, reason, null);
    }
    if (!trouble) log.warn({ ...about, err: error }, 'Slack takes no messages now; they wait');
    trouble = true;
    const seconds = fault.type === 'limited' ? fault.seconds : backoff(delivery.attempts);
    const again = performance.now() + seconds * 1_000;
    dueAt = Math.min(dueAt, again);
    if (delivery.attempts <= heldAttempts) {
      holds.set(lane, { by: id, until: again + afterTheOtherMs });
    }
    const reason = fault.type === 'limited' ? 'Slack asked for a pause' : fault.reason;
    return markUndelivered(db, id, reason, seconds);
  }

  return {
    take,
    nextInMs: () => Math.max(notifier.api.pausedFor(), Math.max(0, dueAt - performance.now())),
    inTrouble: () => trouble || notifier.api.pausedFor() > 0,
    async drain(mostMs) {
      const deadline = performance.now() + mostMs;
      const stop = setTimeout(() => {
        ending = true;
        notifier.api.stop();
      }, mostMs);
      try {
        do {
          await Promise.all(underWay.values());
        } while (performance.now() < deadline && (await take()) > 0);
        await Promise.all(underWay.values());
      } finally {
        clearTimeout(stop);
        clearInterval(renewal);
      }
    },
  };
}

/** 1, 2, 4 ... seconds up to five minutes, each a quarter more or less, so that not all come at once. */
function backoff(attempts: number): number {
  const seconds = Math.min(longestPauseSeconds, 2 ** Math.min(attempts - 1, 20));
  return seconds * (0.75 + Math.random() / 2);
}
