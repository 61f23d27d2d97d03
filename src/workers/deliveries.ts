/** Deliveries under way: takes as many as there is room for, and keeps the books of how they went. */
import { destinationOf, deliver } from '../notifiers/slack.ts';
import { deliverDigest } from '../notifiers/slack-digest.ts';
import { SlackFaultError, type SlackFault } from '../notifiers/slack-fault.ts';
import {
  closeDigest,
  digestNotices,
  markDigestDead,
  markDigestDelivered,
} from '../store/digests.ts';
import {
  claimDeliveries,
  giveUpOld,
  markDelivered,
  markUndelivered,
  putBack,
  renewLeases,
  type Delivery,
  type ScheduleDelivery,
} from '../store/outbox.ts';
import { createLateDigests } from './late-digests.ts';
import { createSlackOutage } from './slack-outage.ts';
import type { SlackNotifier } from '../notifiers/slack-telling.ts';
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
const givenUpAfterSeconds = 24 * 3_600;
const longestPauseSeconds = 300;
/** So often one that fails holds up its channel; then it may be the message, and not Slack. */
const heldAttempts = 5;
/** What was held up comes so much later: clocks and ways to the database differ a little. */
const afterTheOtherMs = 250;
/** What has waited for so long is told in one message with the rest of its channel. */
const lateMs = 5 * 60_000;

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
  const outage = createSlackOutage(log);
  const underWay = new Map<number, { readonly lane: string; readonly work: Promise<void> }>();
  /** Of those, what is to be told with others, and not by itself. */
  const joining = new Set<number>();
  /** The last delivery of each channel: the next one begins when it is over. */
  const lanes = new Map<string, Promise<void>>();
  /** What waits to be tried again holds up whatever came later in its channel. */
  const holds = new Map<string, { readonly by: number; readonly until: number }>();
  /** Channels that take nothing, with the reason that was told of each. */
  const refused = new Map<string, string>();
  const digests = createLateDigests(db, notifier.defaultChannel);
  let busy: Promise<unknown> = Promise.resolve();
  let renewal: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let ending = false;

  async function take(): Promise<number> {
    if (performance.now() >= dueAt) dueAt = Infinity;
    const most = outage.isOn() ? 1 : atOnce;
    const room = most - underWay.size;
    if (room <= 0 || outage.nextCallInMs() > 0 || notifier.api.pausedFor() > 0) return 0;
    return alone(async () => {
      const claimed = await claimDeliveries(db, 'slack', room, leaseSeconds);
      const oldestFirst = claimed.toSorted((a, b) => a.id - b.id);
      for (const begin of await Promise.all(oldestFirst.map(prepare))) begin();
      renewal ??= setInterval(renew, renewEveryMs);
      return claimed.length;
    });
  }

  /** What is claimed is known before anybody looks at what else waits. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = busy.then(work);
    busy = mine.catch(() => {});
    return mine;
  }

  /** Finds out where it goes; what is returned begins with it once its channel is free. */
  async function prepare(delivery: AnyDelivery): Promise<() => void> {
    const nowhere = { channel: null, wanted: null };
    const { channel, wanted } = await destinationOf(notifier, delivery).catch(() => nowhere);
    const lane = channel ?? `instance ${delivery.instanceId}`;
    return () => {
      const work = (lanes.get(lane) ?? Promise.resolve())
        .then(() => handle(delivery, lane, wanted))
        .finally(() => {
          underWay.delete(delivery.id);
          joining.delete(delivery.id);
          if (lanes.get(lane) === work) lanes.delete(lane);
          onRoom();
        });
      lanes.set(lane, work);
      underWay.set(delivery.id, { lane, work });
    };
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
  async function handle(delivery: AnyDelivery, lane: string, wanted: string | null): Promise<void> {
    try {
      const hold = holds.get(lane);
      const heldMs = (hold?.until ?? 0) - performance.now();
      if (hold !== undefined && hold.by < delivery.id && heldMs > 0) {
        return await putBack(db, delivery.id, heldMs / 1_000);
      }
      await mayJoinDigest(delivery, lane, wanted);
      if (joining.delete(delivery.id)) return await putBack(db, delivery.id, 0);
      await attempt(delivery, lane);
      if (hold?.by === delivery.id && holds.get(lane) === hold) holds.delete(lane);
    } catch (error) {
      log.warn({ err: error, deliveryId: delivery.id }, 'a delivery could not be booked');
    }
  }

  /** It, and what else this process holds for the channel, may be told with others in one message. */
  async function mayJoinDigest(
    delivery: AnyDelivery,
    lane: string,
    wanted: string | null,
  ): Promise<void> {
    // While nobody knows whether Slack takes anything, more may come that belongs to it.
    if (outage.isOn() || wanted === null || isDigest(delivery) || joining.has(delivery.id)) return;
    if (ageMs(delivery) < lateMs) return;
    await alone(async () => {
      // They come after this one: none has begun.
      const mine = [...underWay].filter(([, other]) => other.lane === lane).map(([id]) => id);
      for (const id of await digests.open(wanted, mine)) joining.add(id);
    });
  }

  async function attempt(delivery: AnyDelivery, lane: string): Promise<void> {
    const began = performance.now();
    try {
      if (isDigest(delivery)) await deliverDigest(notifier, delivery, await noticesOf(delivery));
      else await deliver(notifier, delivery);
    } catch (error) {
      return putOff(delivery, lane, faultIn(error), error);
    }
    // Where nothing had to be told, nobody has asked.
    if (notifier.api.answeredAt() >= began) {
      outage.noteAnswer();
      refused.delete(lane);
    }
    await (isDigest(delivery)
      ? markDigestDelivered(db, delivery.id)
      : markDelivered(db, delivery.id));
  }

  const noticesOf = ({ id }: AnyDelivery) => digestNotices(db, id, notifier.defaultChannel);

  async function putOff(
    delivery: AnyDelivery,
    lane: string,
    fault: SlackFault,
    error: unknown,
  ): Promise<void> {
    const { id, event, instanceId } = delivery;
    // Whoever comes next begins with it at once.
    if (ending && fault.type === 'passing') return markUndelivered(db, id, 'handed back', 0);
    if (fault.type === 'final') {
      // It is not Slack that is in trouble.
      outage.noteAnswer();
      return giveUp(delivery, lane, fault.reason);
    }
    const held = delivery.attempts <= heldAttempts;
    let seconds = backoff(delivery.attempts);
    if (fault.type === 'limited') seconds = fault.seconds;
    else if (error instanceof SlackFaultError) {
      const wait = outage.noteFault(fault, { deliveryId: id, event, instanceId, err: error });
      if (held) seconds = wait;
      await giveUpOld(db, 'slack', givenUpAfterSeconds, `${fault.reason}, for a day`);
    }
    const reason = fault.type === 'limited' ? 'Slack asked for a pause' : fault.reason;
    if (ageMs(delivery) > givenUpAfterSeconds * 1_000) {
      if (!isDigest(delivery)) return giveUp(delivery, lane, reason);
      await closeDigest(db, id);
    }
    const again = performance.now() + seconds * 1_000;
    dueAt = Math.min(dueAt, again);
    if (held) holds.set(lane, { by: id, until: again + afterTheOtherMs });
    return markUndelivered(db, id, reason, seconds);
  }

  async function giveUp(delivery: AnyDelivery, lane: string, reason: string): Promise<void> {
    const { id, event, instanceId } = delivery;
    if (refused.get(lane) !== reason) {
      const about = { deliveryId: id, event, instanceId, channel: lane, reason };
      log.error(about, 'a message cannot be delivered; others like it are not logged');
    }
    refused.set(lane, reason);
    await (isDigest(delivery)
      ? markDigestDead(db, id, reason)
      : markUndelivered(db, id, reason, null));
  }

  return {
    take,
    nextInMs: () =>
      outage.nextCallInMs() > 0
        ? outage.nextCallInMs()
        : Math.max(notifier.api.pausedFor(), Math.max(0, dueAt - performance.now())),
    inTrouble: () => outage.hasFailed() || notifier.api.pausedFor() > 0,
    async drain(mostMs) {
      const deadline = performance.now() + mostMs;
      const stop = setTimeout(() => {
        ending = true;
        notifier.api.stop();
      }, mostMs);
      try {
        do {
          await Promise.all([...underWay.values()].map(({ work }) => work));
        } while (performance.now() < deadline && (await take()) > 0);
        await Promise.all([...underWay.values()].map(({ work }) => work));
      } finally {
        clearTimeout(stop);
        clearInterval(renewal);
      }
    },
  };
}

const isDigest = (delivery: AnyDelivery): delivery is Delivery =>
  delivery.instanceId !== null && delivery.digestOf !== null;

const ageMs = ({ createdAt }: AnyDelivery): number => Date.now() - createdAt.getTime();

const faultIn = (error: unknown): SlackFault =>
  error instanceof SlackFaultError
    ? error.fault
    : { type: 'passing', reason: error instanceof Error ? error.message : String(error) };

/** 1, 2, 4 ... seconds up to five minutes, each a quarter more or less, so that not all come at once. */
function backoff(attempts: number): number {
  const seconds = Math.min(longestPauseSeconds, 2 ** Math.min(attempts - 1, 20));
  return seconds * (0.75 + Math.random() / 2);
}
