/** Brings what Slack shows of an instance up to date, and tells what has to be told. */
import { createHash } from 'node:crypto';
import { inviteAnswer } from '../messages/answers.ts';
import { backlogMessage } from '../messages/backlog-message.ts';
import { section, type Content } from '../messages/blocks.ts';
import { failedExecution } from '../messages/failed-execution.ts';
import { failureMessage } from '../messages/failure-message.ts';
import { reminderMessage } from '../messages/reminder-message.ts';
import { runMessage, runTitle } from '../messages/run-message.ts';
import { unstartedExecution, unstartedMessage } from '../messages/unstarted-message.ts';
import { lateMessage } from '../messages/late-message.ts';
import { scheduleMessage } from '../messages/schedule-message.ts';
import { mustTell } from './must-tell.ts';
import { isArchived, isOfTheChannel, isOfTheMessage, SlackFaultError } from './slack-fault.ts';
import type { About } from '../messages/about.ts';
import type { Delivery, ScheduleDelivery, UnstartedNotice } from '../store/outbox.ts';
import type { ShownRun } from '../store/shown.ts';
import type { SlackMessage } from '../store/slack-messages.ts';
import type { SlackApi } from './slack-api.ts';

/** What has been told of whom, as the store keeps it. */
export interface SlackBooks {
  readRun(instanceId: number): Promise<ShownRun | null>;
  messagesOf(instanceId: number): Promise<readonly SlackMessage[]>;
  /** The end of what an execution wrote. */
  readTail(executionId: number): Promise<string>;
  insertMessage(message: Omit<SlackMessage, 'id' | 'goneAt' | 'updatedAt'>): Promise<void>;
  noteEdit(id: number, digest: string): Promise<void>;
  noteGone(id: number): Promise<void>;
}

export interface SlackNotifier {
  readonly api: SlackApi;
  readonly books: SlackBooks;
  readonly about: () => About;
  readonly defaultChannel: string | null;
}

/**
 * Delivers one notice. Everything is written from the state that the instance is in now: an edit
 * that came late shows the newest, and one that would change nothing is not sent. Throws a
 * `SlackFaultError` for what has not been delivered; all that was delivered is in the books, and is
 * not sent again when the delivery is tried again.
 */
export async function deliver(
  notifier: SlackNotifier,
  delivery: Delivery | ScheduleDelivery,
): Promise<void> {
  if (delivery.instanceId === null) return tellOfSchedules(notifier, delivery);
  const run = await notifier.books.readRun(delivery.instanceId);
  if (run === null) return;
  const messages = await notifier.books.messagesOf(delivery.instanceId);
  const told = messages.find(({ kind }) => kind === 'run');
  const due = mustTell(delivery, run.definition);
  const place =
    told === undefined
      ? due
        ? await announce(notifier, run, delivery)
        : null
      : await edit(notifier, told, runMessage(run, notifier.about()));
  for (const message of messages) {
    if (message.kind === 'failure') {
      await edit(notifier, message, await failureContent(notifier, run, message));
    }
    // As long as it waits, what was said of its queue holds.
    if (message.kind === 'unstarted' && unstartedExecution(run)?.status !== 'pending') {
      await edit(notifier, message, unstartedMessage(run, 'busy', notifier.about()));
    }
    // That it is in ERROR still holds until it is not.
    if (message.kind === 'reminder' && run.instance.status !== 'error') {
      await edit(notifier, message, reminderMessage(run, notifier.about()));
    }
  }
  if (place !== null && isAlarm(delivery)) await alarm(notifier, run, delivery, place, messages);
  if (delivery.event === 'reminder') await remind(notifier, run, delivery, place, messages);
  if (delivery.event === 'long_elapsed_time') await warn(notifier, run, delivery, place, messages);
  if (delivery.payload.unstarted === undefined) return;
  await tellUnstarted(notifier, run, delivery.payload.unstarted, place, messages);
}

/** In the channel of the definition that it is about, else the default one; nowhere without. */
async function tellOfSchedules(notifier: SlackNotifier, notice: ScheduleDelivery): Promise<void> {
  const channel = scheduleChannel(notifier, notice);
  if (channel === null) return;
  await notifier.api.post({ channel, content: scheduleMessage(notice, notifier.about()) });
}

const scheduleChannel = (
  { defaultChannel }: SlackNotifier,
  { event, payload }: ScheduleDelivery,
): string | null => (event === 'set_aside' ? payload.channel : null) ?? defaultChannel;

/** In the thread, and shown in the channel; nothing where somebody has dealt with it meanwhile. */
async function remind(
  notifier: SlackNotifier,
  run: ShownRun,
  delivery: Delivery,
  place: Place | null,
  messages: readonly SlackMessage[],
): Promise<void> {
  const attempt = delivery.attempt ?? 0;
  const told = messages.some((m) => m.kind === 'reminder' && m.attempt === attempt);
  if (place === null || told || run.instance.status !== 'error') return;
  const content = reminderMessage(run, notifier.about());
  const at = await reply(notifier, place, content);
  const about = { instanceId: run.instance.id, kind: 'reminder', tokenId: null, attempt } as const;
  await notifier.books.insertMessage({ ...about, ...at, digest: digestOf(content) });
}

/** In the thread, and shown in the channel; nothing where it has ended meanwhile. */
async function warn(
  notifier: SlackNotifier,
  run: ShownRun,
  { tokenId, payload: { late } }: Delivery,
  place: Place | null,
  messages: readonly SlackMessage[],
): Promise<void> {
  if (place === null || late === undefined || !isOpen(run)) return;
  const attempt = late.hours;
  const about = { instanceId: run.instance.id, kind: 'late', tokenId, attempt } as const;
  const told = messages.some(
    (m) => m.kind === 'late' && m.tokenId === tokenId && m.attempt === attempt,
  );
  if (told) return;
  const content = lateMessage(run, tokenId, late, notifier.about());
  const at = await reply(notifier, place, content);
  await notifier.books.insertMessage({ ...about, ...at, digest: digestOf(content) });
}

const isOpen = ({ instance: { status } }: ShownRun): boolean =>
  status === 'working' || status === 'error';

/** Once an instance in its own thread; of many others of the queue once in the default channel. */
async function tellUnstarted(
  notifier: SlackNotifier,
  run: ShownRun,
  notice: UnstartedNotice,
  own: Place | null,
  messages: readonly SlackMessage[],
): Promise<void> {
  const kind = notice.waiting === undefined ? 'unstarted' : 'backlog';
  // Somebody has taken it while Slack could not be told.
  if (kind === 'unstarted' && unstartedExecution(run)?.status !== 'pending') return;
  const channel = notifier.defaultChannel ?? wantedChannel(run, null);
  const place = kind === 'unstarted' ? own : channel === null ? null : { channel };
  if (place === null || messages.some((message) => message.kind === kind)) return;
  const content =
    kind === 'unstarted'
      ? unstartedMessage(run, notice.workers, notifier.about())
      : backlogMessage(notice);
  const at = await reply(notifier, place, content);
  const about = { instanceId: run.instance.id, kind, tokenId: null, attempt: 0 } as const;
  await notifier.books.insertMessage({ ...about, ...at, digest: digestOf(content) });
}

/**
 * The channel in which a notice would be told, null when nowhere: what is told there is told in the
 * order in which it happened.
 */
export async function channelOf(
  notifier: SlackNotifier,
  delivery: Delivery | ScheduleDelivery,
): Promise<string | null> {
  const { books, api, defaultChannel } = notifier;
  const { instanceId } = delivery;
  if (instanceId === null) {
    const channel = scheduleChannel(notifier, delivery);
    return channel === null ? null : api.idOf(channel);
  }
  const told = (await books.messagesOf(instanceId)).find(({ kind }) => kind === 'run');
  if (told !== undefined) return told.channel;
  const run = await books.readRun(instanceId);
  const channel = run === null ? null : wantedChannel(run, defaultChannel);
  return channel === null ? null : api.idOf(channel);
}

/** Whether an edit would change what the message of a run shows. */
export function runDigest(run: ShownRun, about: About): string {
  return digestOf(runMessage(run, about));
}

/** Where a reply goes: the channel, and the thread while the message that began it is there. */
interface Place {
  readonly channel: string;
  readonly thread?: string;
}

/** Posts the message of a run; null when it is to be told nowhere. */
async function announce(
  notifier: SlackNotifier,
  run: ShownRun,
  delivery: Delivery,
): Promise<Place | null> {
  const { instance } = run;
  const channel = wantedChannel(run, notifier.defaultChannel);
  if (channel === null) return null;
  const content = runMessage(run, notifier.about());
  try {
    const place = await notifier.api.post({ channel, content });
    const digest = digestOf(content);
    const { id: instanceId } = instance;
    const message = {
      instanceId,
      kind: 'run',
      tokenId: null,
      attempt: 0,
      ...place,
      digest,
    } as const;
    await notifier.books.insertMessage(message);
    return { channel: place.channel, thread: place.ts };
  } catch (error) {
    await askForInvitation(notifier, run, delivery, channel, error);
    throw error;
  }
}

const wantedChannel = (
  { definition, instance }: ShownRun,
  otherwise: string | null,
): string | null => definition.slackChannel ?? otherwise ?? instance.launchChannel;

/** The reply in the thread, shown in the channel as well, for an edit wakes nobody. */
async function alarm(
  notifier: SlackNotifier,
  run: ShownRun,
  delivery: Delivery,
  { channel, thread }: Place,
  messages: readonly SlackMessage[],
): Promise<void> {
  const { instanceId, tokenId } = delivery;
  if (tokenId === null) return;
  // A token that became critical has not reached a new attempt: its end gets the next number.
  const attempt = (delivery.attempt ?? 0) + (delivery.event === 'critical' ? 1 : 0);
  const about = { kind: 'failure', tokenId, attempt } as const;
  if (messages.some((m) => m.kind === 'failure' && m.tokenId === tokenId && m.attempt === attempt))
    return;
  const content = await failureContent(notifier, run, about);
  const place = await reply(
    notifier,
    { channel, ...(thread !== undefined && { thread }) },
    content,
  );
  await notifier.books.insertMessage({ instanceId, ...about, ...place, digest: digestOf(content) });
}

async function reply({ api }: SlackNotifier, place: Place, content: Content) {
  try {
    return await api.post({ ...place, content });
  } catch (error) {
    // The thread is gone, not the channel: then the failure is told beside it.
    if (place.thread === undefined || !isOfTheMessage(finalReason(error))) throw error;
    return await api.post({ channel: place.channel, content });
  }
}

async function failureContent(
  { books, about }: SlackNotifier,
  run: ShownRun,
  { tokenId, attempt }: Pick<SlackMessage, 'tokenId' | 'attempt'>,
): Promise<Content> {
  const execution = failedExecution(run, tokenId ?? 0, attempt);
  const tail = execution === undefined ? undefined : await books.readTail(execution.id);
  return failureMessage(run, tokenId ?? 0, attempt, {
    ...about(),
    ...(tail !== undefined && { tail }),
  });
}

/** Edits a message unless it says the same already; says where replies to it go. */
async function edit(
  { api, books }: SlackNotifier,
  message: SlackMessage,
  content: Content,
): Promise<Place> {
  const { channel, ts: thread } = message;
  if (message.goneAt !== null) return { channel };
  const digest = digestOf(content);
  if (digest === message.digest) return { channel, thread };
  try {
    await api.update(message, content);
    await books.noteEdit(message.id, digest);
    return { channel, thread };
  } catch (error) {
    const reason = finalReason(error);
    if (!isOfTheMessage(reason) && !isOfTheChannel(reason) && !isArchived(reason)) throw error;
    await books.noteGone(message.id);
    return { channel };
  }
}

/** Who launched it is told in private that it cannot be told in the channel. */
async function askForInvitation(
  { api }: SlackNotifier,
  run: ShownRun,
  { event }: Delivery,
  channel: string,
  error: unknown,
): Promise<void> {
  const person = run.instance.launchedBySlackUser;
  const worth = event === 'launch' || event === 'cancellation' || isAlarm({ event });
  if (person === null || !worth || !isOfTheChannel(finalReason(error))) return;
  const invitation = inviteAnswer(channel);
  const title = runTitle(run);
  const content = {
    text: `${title}\n${invitation.text}`,
    blocks: [section(title), ...invitation.blocks],
  };
  // It is a courtesy: what failed is the delivery itself, and that is in the books.
  await api.post({ channel: person, content }).catch(() => {});
}

const isAlarm = ({ event }: Pick<Delivery, 'event'>): boolean =>
  event === 'failure' || event === 'critical';

const finalReason = (error: unknown): string =>
  error instanceof SlackFaultError && error.fault.type === 'final' ? error.fault.reason : '';

const digestOf = (content: Content): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');
