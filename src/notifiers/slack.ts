/** Brings what Slack shows of an instance up to date, and tells what has to be told. */
import { inviteAnswer } from '../messages/answers.ts';
import { section } from '../messages/blocks.ts';
import { reminderMessage } from '../messages/reminder-message.ts';
import { runMessage, runTitle } from '../messages/run-message.ts';
import { scheduleMessage } from '../messages/schedule-message.ts';
import { unstartedExecution, unstartedMessage } from '../messages/unstarted-message.ts';
import { beside, failureOf, standsFor } from './folding.ts';
import { mustTell } from './must-tell.ts';
import { isOfTheChannel } from './slack-fault.ts';
import {
  countIn,
  failureContent,
  remind,
  tellBackToNormal,
  tellFailure,
  tellUnstarted,
  warn,
} from './slack-replies.ts';
import { digestOf, edit, finalReason, keyOf, tell, toldBefore } from './slack-telling.ts';
import type { About } from '../messages/about.ts';
import type { Delivery, ScheduleDelivery } from '../store/outbox.ts';
import type { ShownRun } from '../store/shown.ts';
import type { SlackMessage } from '../store/slack-messages.ts';
import type { Failure } from './folding.ts';
import type { Place, SlackNotifier, Telling } from './slack-telling.ts';

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
  const wanted = wantedChannel(run, notifier.defaultChannel);
  const telling = { notifier, delivery, run, messages, wanted };
  const failure = newFailure(telling);
  const standing = await standingFor(telling, failure);
  const told = messages.find(({ kind }) => kind === 'run');
  const place =
    told === undefined
      ? await announce(telling, failure, standing)
      : await edit(notifier, told, runMessage(run, notifier.about()));
  await bringUpToDate(telling);
  if (delivery.payload.unstarted !== undefined) return tellUnstarted(telling, place);
  if (place === null) return;
  // Folded into another's thread the message of the run says it.
  if (failure !== null && (told !== undefined || standing === null)) {
    await tellFailure(telling, failure, place, standing);
  }
  if (delivery.event === 'back_to_normal' && told !== undefined) {
    await tellBackToNormal(telling, place, standing);
  }
  if (delivery.event === 'reminder') await remind(telling, place);
  if (delivery.event === 'long_elapsed_time') await warn(telling, place);
}

/** What it tells of that has not been told. */
function newFailure(telling: Telling): Failure | null {
  const failure = failureOf(telling);
  if (failure === null || toldBefore(telling, failure) !== undefined) return null;
  const folded = { ...failure, kind: 'run' } as const;
  return toldBefore(telling, folded) === undefined ? failure : null;
}

/** The message in whose thread it is told, so that it wakes nobody again; null: by itself. */
async function standingFor(
  telling: Telling,
  failure: Failure | null,
): Promise<SlackMessage | null> {
  const { notifier, run, delivery, wanted } = telling;
  if (wanted === null) return null;
  if (failure !== null) return standsFor(telling, failure, wanted);
  if (delivery.event !== 'back_to_normal') return null;
  return notifier.books.quietFailure(run.instance, wanted);
}

/** Whatever else was told of the instance says what is so now. */
async function bringUpToDate(telling: Telling): Promise<void> {
  const { notifier, run, messages } = telling;
  for (const message of messages) {
    if (message.kind === 'failure' || message.kind === 'skipped') {
      await edit(notifier, message, await failureContent(telling, message));
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
}

/** In the channel of the definition that it is about, else the default one; nowhere without. */
async function tellOfSchedules(notifier: SlackNotifier, notice: ScheduleDelivery): Promise<void> {
  const channel = scheduleChannel(notifier, notice);
  if (channel === null) return;
  const content = scheduleMessage(notice, notifier.about());
  await notifier.api.post({ channel, content, key: keyOf(notice, 'schedules') });
}

const scheduleChannel = (
  { defaultChannel }: SlackNotifier,
  { event, payload }: ScheduleDelivery,
): string | null => (event === 'set_aside' ? payload.channel : null) ?? defaultChannel;

/** Where a notice would be told. */
export interface Destination {
  /** Null when nowhere; what is told in one channel is told in the order in which it happened. */
  readonly channel: string | null;
  /** The channel as it is asked for, where Slack has not heard of the instance. */
  readonly wanted: string | null;
}

export async function destinationOf(
  notifier: SlackNotifier,
  delivery: Delivery | ScheduleDelivery,
): Promise<Destination> {
  const { books, api, defaultChannel } = notifier;
  const { instanceId } = delivery;
  const at = (wanted: string | null) => (wanted === null ? null : api.idOf(wanted));
  if (instanceId === null)
    return { channel: at(scheduleChannel(notifier, delivery)), wanted: null };
  const told = (await books.messagesOf(instanceId)).find(({ kind }) => kind === 'run');
  if (told !== undefined) return { channel: told.channel, wanted: null };
  const run = await books.readRun(instanceId);
  const wanted = run === null ? null : wantedChannel(run, defaultChannel);
  return { channel: at(wanted), wanted };
}

const wantedChannel = (
  { definition, instance }: ShownRun,
  otherwise: string | null,
): string | null => definition.slackChannel ?? otherwise ?? instance.launchChannel;

/** Whether an edit would change what the message of a run shows. */
export function runDigest(run: ShownRun, about: About): string {
  return digestOf(runMessage(run, about));
}

/** Posts the message of a run; null when it is to be told nowhere, or another stands for it. */
async function announce(
  telling: Telling,
  failure: Failure | null,
  standing: SlackMessage | null,
): Promise<Place | null> {
  const { notifier, run, delivery, wanted: channel } = telling;
  if (channel === null || !mustTell(delivery, run.definition)) return null;
  if (await foldPrevented(telling)) return null;
  const folded = failure !== null && standing !== null;
  const message = folded
    ? ({ ...failure, kind: 'run', foldedInto: standing.id } as const)
    : ({ kind: 'run', tokenId: null, attempt: 0 } as const);
  const place = standing === null ? { channel } : beside(standing);
  const content = runMessage(run, notifier.about());
  try {
    const { thread, ts, ...at } = await tell(
      telling,
      message,
      { ...place, broadcast: false },
      content,
    );
    if (folded) await countIn(telling, standing);
    return { channel: at.channel, thread: thread ?? ts };
  } catch (error) {
    await askForInvitation(telling, channel, error);
    throw error;
  }
}

/** What one instance is in the way of is told once: what was launched by nobody has nobody to hear of it. */
async function foldPrevented({ notifier, run }: Telling): Promise<boolean> {
  const { preventedBy, launchedFrom } = run.instance;
  if (preventedBy === null || launchedFrom === 'slack') return false;
  const first = await notifier.books.firstPrevented(preventedBy);
  if (first === null) return false;
  await notifier.books.refresh(first.instanceId);
  return true;
}

/** Who launched it is told in private that it cannot be told in the channel. */
async function askForInvitation(
  { notifier: { api }, run, delivery }: Telling,
  channel: string,
  error: unknown,
): Promise<void> {
  const { event } = delivery;
  const person = run.instance.launchedBySlackUser;
  const worth = ['launch', 'cancellation', 'failure', 'critical'].includes(event);
  if (person === null || !worth || !isOfTheChannel(finalReason(error))) return;
  const invitation = inviteAnswer(channel);
  const title = runTitle(run);
  const content = {
    text: `${title}\n${invitation.text}`,
    blocks: [section(title), ...invitation.blocks],
  };
  // It is a courtesy: what failed is the delivery itself, and that is in the books.
  await api.post({ channel: person, content, key: keyOf(delivery, 'invitation') }).catch(() => {});
}
