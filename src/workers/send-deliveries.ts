/** Sends deliveries to targets besides Slack, many at a time, and keeps the books of how they went. */
import { inTransaction } from '../operations/in-transaction.ts';
import { switchEndpointOff } from '../operations/switch-endpoint-off.ts';
import {
  bookDelivered,
  bookFailed,
  claimDue,
  handBack,
  type Attempt,
  type ClaimedDelivery,
  type Failing,
} from '../store/deliveries.ts';
import type { Log } from '../log.ts';
import type { Answer, Channel } from '../notifiers/channel.ts';
import type { Database } from '../store/database.ts';

export interface Sender {
  /** Begins what is due and there is room for; resolves with how many that are. */
  take(): Promise<number>;
  /** Lets what is under way end within about `mostMs`; the rest is left for later. */
  drain(mostMs: number): Promise<void>;
}

const perEndpoint = 4;
/** Of a lease: by then an attempt has ended, for another may begin when the lease is over. */
const usable = 0.75;
/** An endpoint that is seldom used is given some attempts, too. */
const hasFailedForADay = ({ seconds, failures }: Failing): boolean =>
  seconds >= 86_400 && failures >= 10;

/** Of a lease, too: what was asked to end and goes on all the same is not waited for any longer. */
const graceful = 0.1;

function noAnswer(signal: AbortSignal, graceMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const answer: Answer = { outcome: 'again', reason: 'it did not answer in time' };
    const late = () => void setTimeout(resolve, graceMs, answer).unref();
    signal.addEventListener('abort', late, { once: true });
  });
}

/** What is due by this clock is so by the database's a little later. */
const clockMs = 50;
/** By then it is found by looking. */
const longestTimerMs = 60_000;

export interface SenderOptions {
  readonly db: Database;
  readonly channels: readonly Channel[];
  readonly log: Log;
  /** There may be more to take: a delivery has ended, or is due again. */
  readonly onMore: () => void;
  /** Masks what may have been given to an instance in a text about it. */
  readonly mask: (instanceId: number | null, text: string) => Promise<string>;
  /** Under way at most: they wait for others nearly all the time. */
  readonly atOnce?: number | undefined;
  /** So long it waits when its process was killed; an attempt is given three quarters of it. */
  readonly leaseSeconds?: number | undefined;
}

export function createSender(options: SenderOptions): Sender {
  const { db, channels, log, onMore, mask, atOnce = 100, leaseSeconds = 20 } = options;
  const leaseMs = leaseSeconds * 1_000;
  const byTarget = new Map(channels.map((channel) => [channel.name, channel]));
  const underWay = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function take(): Promise<number> {
    const limit = atOnce - underWay.size;
    if (limit === 0 || channels.length === 0) return 0;
    const targets = [...byTarget.keys()];
    const until = performance.now() + leaseMs * usable;
    const claimed = await claimDue(db, { targets, limit, perEndpoint, leaseSeconds });
    for (const delivery of claimed) {
      const work = handle(delivery, until).finally(() => {
        underWay.delete(work);
        onMore();
      });
      underWay.add(work);
    }
    return claimed.length;
  }

  /** Never rejects: what cannot be written in the books is tried again when its lease is over. */
  async function handle(delivery: ClaimedDelivery, until: number): Promise<void> {
    try {
      const channel = byTarget.get(delivery.target);
      if (channel === undefined) throw new Error(`${delivery.target} is not a target`);
      await attempt(channel, delivery, until);
    } catch (error) {
      log.warn({ err: error, deliveryId: delivery.id }, 'a delivery could not be booked');
    }
  }

  async function attempt(
    channel: Channel,
    delivery: ClaimedDelivery,
    until: number,
  ): Promise<void> {
    const at = new Date();
    const began = performance.now();
    const answer = await sendOnce(channel, delivery, until);
    if (answer === null) return handBack(db, delivery);
    const milliseconds = Math.round(performance.now() - began);
    const { outcome, status = null, reason = null, text = null } = answer;
    const said = text === null ? null : await mask(delivery.instanceId, text);
    await book(channel, delivery, { at, milliseconds, outcome, status, reason, answer: said });
  }

  /** Null: it was not tried to the end, for this process ends or was too busy to begin in time. */
  async function sendOnce(
    channel: Channel,
    delivery: ClaimedDelivery,
    until: number,
  ): Promise<Answer | null> {
    const leftMs = Math.floor(until - performance.now());
    if (leftMs <= 0) return null;
    const { id, key, endpoint, request, attempts } = delivery;
    const signal = AbortSignal.any([AbortSignal.timeout(leftMs), stopping.signal]);
    try {
      const sending = channel.send({ key, endpoint, request, attempt: attempts }, signal);
      const answer = await Promise.race([sending, noAnswer(signal, leaseMs * graceful)]);
      return answer.outcome !== 'delivered' && stopping.signal.aborted ? null : answer;
    } catch (error) {
      if (stopping.signal.aborted) return null;
      log.error({ err: error, deliveryId: id, target: channel.name }, 'a target stumbled');
      return { outcome: 'again', reason: 'it could not be sent' };
    }
  }

  async function book(
    channel: Channel,
    delivery: ClaimedDelivery,
    attempted: Attempt,
  ): Promise<void> {
    if (attempted.outcome === 'delivered') return bookDelivered(db, delivery, attempted);
    const age = (Date.now() - delivery.createdAt.getTime()) / 1_000;
    // Whoever asks whether it arrives wants to know now.
    const once = attempted.outcome === 'final' || delivery.event === 'test';
    const pause = once ? null : channel.pauses(delivery.attempts, age);
    const { id: deliveryId, target, shownEndpoint: endpoint } = delivery;
    const about = {
      deliveryId,
      target,
      endpoint,
      status: attempted.status,
      reason: attempted.reason,
    };
    if (pause === null) log.error(about, 'a delivery is given up');
    else {
      log.warn({ ...about, pause: Math.round(pause) }, 'a delivery was not taken');
      comeBack(pause);
    }
    const failing = await bookFailed(db, delivery, attempted, pause);
    if (failing !== null) comeBack(failing.heldSeconds);
    if (failing === null || !channel.switchesOff || !hasFailedForADay(failing)) return;
    const off = await inTransaction(db, (tx) => switchEndpointOff(tx, delivery));
    if (off) log.error({ ...about, failing }, 'an endpoint is switched off');
  }

  function comeBack(seconds: number): void {
    setTimeout(onMore, Math.min(seconds * 1_000 + clockMs, longestTimerMs)).unref();
  }

  return {
    take,
    async drain(mostMs) {
      const stop = setTimeout(() => stopping.abort(), mostMs);
      await Promise.all(underWay);
      clearTimeout(stop);
    },
  };
}
