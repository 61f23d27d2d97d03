/** What is told of a run beside its message: each once, as a reply in its thread. */
import { backlogMessage } from '../messages/backlog-message.ts';
import { failedExecution } from '../messages/failed-execution.ts';
import { failureMessage } from '../messages/failure-message.ts';
import { lateMessage } from '../messages/late-message.ts';
import { mentionedNames } from '../messages/mentions.ts';
import { normalMessage } from '../messages/normal-message.ts';
import { reminderMessage } from '../messages/reminder-message.ts';
import { skippedMessage } from '../messages/skipped-message.ts';
import { unstartedExecution, unstartedMessage } from '../messages/unstarted-message.ts';
import { beside, type Failure } from './folding.ts';
import { edit, tell, toldBefore, type Place, type Telling } from './slack-telling.ts';
import type { Content } from '../messages/blocks.ts';
import type { ShownRun } from '../store/shown.ts';
import type { SlackMessage } from '../store/slack-messages.ts';

/** What was settled so long before it could be told wakes nobody any more. */
const oldMs = 5 * 60_000;

/**
 * Shown in the channel as well, for an edit wakes nobody - unless `standing` has told of the same
 * already.
 */
export async function tellFailure(
  telling: Telling,
  failure: Failure,
  place: Place,
  standing: SlackMessage | null,
): Promise<void> {
  const { delivery, notifier } = telling;
  const age = notifier.about().now.getTime() - delivery.createdAt.getTime();
  if (delivery.event === 'failure' && age > oldMs && !waits(telling.run, failure)) return;
  const content = await failureContent(telling, { ...failure, foldedInto: standing?.id ?? null });
  // The thread is gone: it is told in that of the other.
  const there = standing !== null && place.thread === undefined ? beside(standing) : place;
  const message = { ...failure, foldedInto: standing?.id ?? null };
  await tell(telling, message, { ...there, broadcast: standing === null }, content);
  if (standing !== null) await countIn(telling, standing);
}

/** Has the message that stands for others say how many they are. */
export async function countIn(telling: Telling, standing: SlackMessage): Promise<void> {
  const { notifier, run } = telling;
  if (standing.instanceId !== run.instance.id) {
    return notifier.books.refresh(standing.instanceId);
  }
  await edit(notifier, standing, await failureContent(telling, standing));
}

const waits = ({ tokens }: ShownRun, { tokenId, attempt }: Failure): boolean =>
  tokens.some(
    (token) => token.id === tokenId && token.attempt === attempt && token.status === 'failure',
  );

/** What a failure looks like now, or what was skipped; with the number of those that it stands for. */
export async function failureContent(
  { notifier: { books, about }, run }: Telling,
  message: SlackMessage | (Failure & Pick<SlackMessage, 'foldedInto'>),
): Promise<Content> {
  const tokenId = message.tokenId ?? 0;
  const execution = failedExecution(run, tokenId, message.attempt);
  const tail = execution === undefined ? undefined : await books.readTail(execution.id);
  const repeats = 'id' in message ? await books.repeatsOf(message.id) : undefined;
  // What another stands for calls nobody again.
  const text = message.foldedInto === null ? run.definition.failureText : null;
  const mentions = text === null ? undefined : await books.idsOf(mentionedNames(text));
  const view = {
    ...about(),
    ...(mentions !== undefined && { mentions }),
    ...(tail !== undefined && { tail }),
    ...(repeats !== undefined && { repeats }),
  };
  const write = message.kind === 'skipped' ? skippedMessage : failureMessage;
  return write(run, tokenId, message.attempt, view);
}

/** Beside the edit of the run's message, which nobody hears of. */
export async function tellBackToNormal(
  telling: Telling,
  place: Place,
  quiet: SlackMessage | null,
): Promise<void> {
  const name = { kind: 'normal', tokenId: null, attempt: 0 } as const;
  if (toldBefore(telling, name) !== undefined) return;
  const content = normalMessage(telling.run, telling.notifier.about());
  await tell(telling, name, { ...place, broadcast: quiet === null }, content);
}

/** Nothing where somebody has dealt with it meanwhile, or the reminder of another stands for it. */
export async function remind(telling: Telling, place: Place): Promise<void> {
  const { run, delivery, notifier } = telling;
  const name = { kind: 'reminder', tokenId: null, attempt: delivery.attempt ?? 0 } as const;
  if (toldBefore(telling, name) !== undefined || run.instance.status !== 'error') return;
  if (await isStoodFor(telling)) return;
  const content = reminderMessage(run, notifier.about());
  await tell(telling, name, { ...place, broadcast: true }, content);
}

/** All that failed in it is told of with another's, which waits for somebody as well. */
async function isStoodFor({ messages, notifier, run }: Telling): Promise<boolean> {
  const failures = messages.filter(({ cause, kind }) => cause !== null && kind !== 'skipped');
  const standing = failures.flatMap(({ foldedInto }) => (foldedInto === null ? [] : [foldedInto]));
  if (standing.length === 0 || standing.length < failures.length) return false;
  return notifier.books.otherWaits(standing, run.instance.id);
}

/** Nothing where it has ended meanwhile. */
export async function warn(telling: Telling, place: Place): Promise<void> {
  const { run, delivery, notifier } = telling;
  const { tokenId, payload } = delivery;
  const { status } = run.instance;
  if (payload.late === undefined || (status !== 'working' && status !== 'error')) return;
  const name = { kind: 'late', tokenId, attempt: payload.late.hours } as const;
  if (toldBefore(telling, name) !== undefined) return;
  const content = lateMessage(run, tokenId, payload.late, notifier.about());
  await tell(telling, name, { ...place, broadcast: true }, content);
}

/** Once an instance, in its own thread; of many others of the queue once, in the default channel. */
export async function tellUnstarted(telling: Telling, own: Place | null): Promise<void> {
  const { delivery, messages, notifier, run, wanted } = telling;
  const notice = delivery.payload.unstarted;
  if (notice === undefined) return;
  const kind = notice.waiting === undefined ? 'unstarted' : 'backlog';
  // Somebody has taken it while Slack could not be told.
  if (kind === 'unstarted' && unstartedExecution(run)?.status !== 'pending') return;
  const channel = notifier.defaultChannel ?? wanted;
  const place = kind === 'unstarted' ? own : channel === null ? null : { channel };
  if (place === null || messages.some((message) => message.kind === kind)) return;
  const content =
    kind === 'unstarted'
      ? unstartedMessage(run, notice.workers, notifier.about())
      : backlogMessage(notice);
  const name = { kind, tokenId: null, attempt: 0 } as const;
  await tell(telling, name, { ...place, broadcast: true }, content);
}
