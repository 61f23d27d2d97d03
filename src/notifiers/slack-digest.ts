/** One message for all that a channel has missed: what it says, and what is not left to it. */
import { digestMessage, type Digest } from '../messages/digest-message.ts';
import { mustTell } from './must-tell.ts';
import type { WaitingNotice } from '../store/digests.ts';
import type { Delivery } from '../store/outbox.ts';
import type { ShownRun } from '../store/shown.ts';
import { keyOf, type SlackNotifier } from './slack-telling.ts';

/** Fewer runs are told of one by one. */
const fewestRuns = 20;
/** Of those that wait for somebody so many have a message of their own, with buttons. */
const ownMessages = 10;
/** And so many are named in the digest. */
const mostNamed = 20;

/** What was written of one instance. */
interface Waiting {
  readonly notices: readonly [WaitingNotice, ...WaitingNotice[]];
  /** There is something to tell, and not only to bring up to date. */
  readonly due: boolean;
}

/** The notices that are told in one message; none where there are too few for that. */
export function planDigest(notices: readonly WaitingNotice[]): WaitingNotice[] {
  const instances = byInstance(notices);
  if (instances.filter(({ due }) => due).length < fewestRuns) return [];
  const failed = instances.filter(({ notices: [{ status }] }) => status === 'error');
  const own = new Set(oneOfEachJobFirst(failed).slice(0, ownMessages));
  return instances.filter((instance) => !own.has(instance)).flatMap((instance) => instance.notices);
}

/** Posts it, where there is anything to tell; throws a `SlackFaultError`. */
export async function deliverDigest(
  notifier: SlackNotifier,
  delivery: Pick<Delivery, 'id' | 'createdAt'>,
  notices: readonly WaitingNotice[],
): Promise<void> {
  const due = byInstance(notices).filter((instance) => instance.due);
  const channel = due[0]?.notices[0].wanted;
  if (channel == null) return;
  const digest = { ...summary(due), named: await named(notifier, due) };
  const content = digestMessage(digest, notifier.about());
  await notifier.api.post({ channel, content, key: keyOf(delivery, 'digest') });
}

function byInstance(notices: readonly WaitingNotice[]): Waiting[] {
  const groups = new Map<number, [WaitingNotice, ...WaitingNotice[]]>();
  for (const notice of notices) {
    const group = groups.get(notice.instanceId);
    if (group === undefined) groups.set(notice.instanceId, [notice]);
    else group.push(notice);
  }
  return [...groups.values()].map((group) => ({ notices: group, due: group.some(isDue) }));
}

function isDue({ event, by, bySystem, ...definition }: WaitingNotice): boolean {
  return mustTell(
    { event, payload: { message: null, bySystem, ...(by !== null && { by }) } },
    definition,
  );
}

function oneOfEachJobFirst(instances: readonly Waiting[]): Waiting[] {
  const seen = new Map<number, number>();
  const ranked = instances.map((instance) => {
    const { definitionId } = instance.notices[0];
    const rank = seen.get(definitionId) ?? 0;
    seen.set(definitionId, rank + 1);
    return { instance, rank };
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ instance }) => instance);
}

function summary(due: readonly Waiting[]): Omit<Digest, 'named'> {
  const times = due.flatMap(({ notices }) => notices.map(({ createdAt }) => createdAt.getTime()));
  const count = (is: (notice: WaitingNotice, all: readonly WaitingNotice[]) => boolean): number =>
    due.filter(({ notices }) => is(notices[0], notices)).length;
  const had = (all: readonly WaitingNotice[], event: WaitingNotice['event']) =>
    all.some((notice) => notice.event === event);
  return {
    from: new Date(times.reduce((first, time) => Math.min(first, time), Infinity)),
    to: new Date(times.reduce((last, time) => Math.max(last, time), 0)),
    runs: due.length,
    finished: count(({ status }) => status === 'success'),
    normal: count(({ status, afterFailure }) => status === 'success' && afterFailure),
    canceled: count((notice, all) => isCanceled(notice) && !had(all, 'critical')),
    prevented: count(({ preventedBy }) => preventedBy !== null),
    critical: count((_, all) => had(all, 'critical')),
    failed: count(({ status }) => status === 'error'),
    running: count(({ status }) => status === 'working'),
    late: count(({ status }, all) => status === 'working' && had(all, 'long_elapsed_time')),
    unstarted: count(({ status }, all) => status === 'working' && had(all, 'unstarted')),
    skipped: count((_, all) => all.some(({ event, by }) => event === 'skipping' && by === null)),
  };
}

const isCanceled = ({ status, preventedBy }: WaitingNotice): boolean =>
  status === 'canceled' && preventedBy === null;

/** Those that wait for somebody, and then those that cannot go on. */
async function named(notifier: SlackNotifier, due: readonly Waiting[]): Promise<ShownRun[]> {
  const failed = due.filter(({ notices: [{ status }] }) => status === 'error');
  const critical = due.filter(({ notices }) => notices.some(({ event }) => event === 'critical'));
  const runs: ShownRun[] = [];
  for (const { notices } of [...failed, ...critical].slice(0, mostNamed)) {
    const run = await notifier.books.readRun(notices[0].instanceId);
    if (run !== null) runs.push(run);
  }
  return runs;
}
