/** Puts a message of an instance into Slack and into the books, once; and brings it up to date. */
import { createHash } from 'node:crypto';
import { isArchived, isOfTheChannel, isOfTheMessage, SlackFaultError } from './slack-fault.ts';
import type { About } from '../messages/about.ts';
import type { Content } from '../messages/blocks.ts';
import type { Repeats } from '../messages/repeats.ts';
import type { Delivery } from '../store/outbox.ts';
import type { ShownRun } from '../store/shown.ts';
import type { NewSlackMessage, SlackMessage } from '../store/slack-messages.ts';
import type { SlackApi } from './slack-api.ts';

/** What has been told of whom, as the store keeps it. */
export interface SlackBooks {
  readRun(instanceId: number): Promise<ShownRun | null>;
  messagesOf(instanceId: number): Promise<readonly SlackMessage[]>;
  /** The end of what an execution wrote. */
  readTail(executionId: number): Promise<string>;
  insertMessage(message: NewSlackMessage): Promise<SlackMessage>;
  noteEdit(id: number, digest: string): Promise<void>;
  noteGone(id: number): Promise<void>;
  /** Messages of a cause that were shown in a channel within the hour, by themselves; newest first. */
  shownOf(cause: string, channel: string): Promise<readonly SlackMessage[]>;
  /** The others of its cause that a message stands for. */
  repeatsOf(messageId: number): Promise<Repeats>;
  /** The message of the first launch that an instance was in the way of. */
  firstPrevented(by: number): Promise<SlackMessage | null>;
  /** The message in whose thread an instance is told to have succeeded; null: where people see it. */
  quietFailure(
    instance: { readonly id: number; readonly definitionId: number },
    channel: string,
  ): Promise<SlackMessage | null>;
  /** Whether an instance of one of these messages is in ERROR, another than this one. */
  otherWaits(messageIds: readonly number[], instanceId: number): Promise<boolean>;
  /** Slack ids of people by their names in small letters. */
  idsOf(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Has the messages of an instance brought up to date before long. */
  refresh(instanceId: number): Promise<void>;
}

export interface SlackNotifier {
  readonly api: SlackApi;
  readonly books: SlackBooks;
  readonly about: () => About;
  readonly defaultChannel: string | null;
}

/** One notice, and what is known of its instance. */
export interface Telling {
  readonly notifier: SlackNotifier;
  readonly delivery: Delivery;
  readonly run: ShownRun;
  /** What was told of the instance before. */
  readonly messages: readonly SlackMessage[];
  /** The channel that it is for, null when it is told nowhere. */
  readonly wanted: string | null;
}

/** Where a reply goes: the channel, and the thread while the message that began it is there. */
export interface Place {
  readonly channel: string;
  readonly thread?: string;
}

/** Which message it is, of those of an instance. */
export type MessageName = Pick<SlackMessage, 'kind' | 'tokenId' | 'attempt'>;

export function toldBefore({ messages }: Telling, name: MessageName): SlackMessage | undefined {
  return messages.find(
    ({ kind, tokenId, attempt }) =>
      kind === name.kind && tokenId === name.tokenId && attempt === name.attempt,
  );
}

/** Posts a message and books it. `broadcast`: a reply that is shown in the channel, too. */
export async function tell(
  { notifier, delivery, run, wanted }: Telling,
  message: MessageName & Partial<Pick<SlackMessage, 'cause' | 'foldedInto'>>,
  place: Place & { readonly broadcast: boolean },
  content: Content,
): Promise<SlackMessage> {
  const key = keyOf(delivery, message.kind);
  const at = await reply(notifier, place, content, key);
  // Where an earlier attempt posted it and died, Slack has kept the words of then.
  const repeated = delivery.attempts > 1;
  const booked = await notifier.books.insertMessage({
    instanceId: run.instance.id,
    cause: null,
    foldedInto: null,
    ...message,
    channel: at.channel,
    ts: at.ts,
    thread: at.thread,
    wanted,
    digest: repeated ? '' : digestOf(content),
  });
  if (repeated) await edit(notifier, booked, content);
  return booked;
}

/** The same for the same notice, whoever delivers it; another installation's, or after a restore, is another. */
export const keyOf = (
  { id, createdAt }: Pick<Delivery, 'id' | 'createdAt'>,
  what: string,
): string => `${id} ${createdAt.toISOString()} ${what}`;

async function reply(
  { api }: SlackNotifier,
  { channel, thread, broadcast }: Place & { readonly broadcast: boolean },
  content: Content,
  key: string,
): Promise<{ channel: string; ts: string; thread: string | null }> {
  if (thread === undefined) return { ...(await api.post({ channel, content, key })), thread: null };
  try {
    return { ...(await api.post({ channel, content, key, thread, broadcast })), thread };
  } catch (error) {
    // The thread is gone, not the channel: then it is told beside it.
    if (!isOfTheMessage(finalReason(error))) throw error;
    return { ...(await api.post({ channel, content, key: `${key} beside` })), thread: null };
  }
}

/** Edits a message unless it says the same already; says where replies to it go. */
export async function edit(
  { api, books }: SlackNotifier,
  message: SlackMessage,
  content: Content,
): Promise<Place> {
  const { channel } = message;
  if (message.goneAt !== null) return { channel };
  const there = { channel, thread: message.thread ?? message.ts };
  const digest = digestOf(content);
  if (digest === message.digest) return there;
  try {
    await api.update(message, content);
    await books.noteEdit(message.id, digest);
    return there;
  } catch (error) {
    const reason = finalReason(error);
    if (!isOfTheMessage(reason) && !isOfTheChannel(reason) && !isArchived(reason)) throw error;
    await books.noteGone(message.id);
    return { channel };
  }
}

export const finalReason = (error: unknown): string =>
  error instanceof SlackFaultError && error.fault.type === 'final' ? error.fault.reason : '';

export const digestOf = (content: Content): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');
