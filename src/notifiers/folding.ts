/**
 * Keeps a channel quiet: of what fails again and again for one cause only the first is shown in it,
 * with the number of the others, which are told in its thread.
 */
import { failedExecution } from '../messages/failed-execution.ts';
import type { Execution } from '../store/executions.ts';
import type { ShownRun } from '../store/shown.ts';
import type { SlackMessage } from '../store/slack-messages.ts';
import type { Place, Telling } from './slack-telling.ts';

/** So often within an hour one cause is shown by itself, however often the job succeeds in between. */
const mostAnHour = 3;

/** A failure that a notice tells of, or one that its script has skipped. */
export interface Failure {
  readonly kind: 'failure' | 'skipped';
  readonly tokenId: number;
  /** Of the token after it. */
  readonly attempt: number;
  /** What makes two failures the same to people: job, step, and how it ended. */
  readonly cause: string;
}

/** What a notice tells of that has to be shown to people; null where it is none of that. */
export function failureOf({ run, delivery }: Pick<Telling, 'run' | 'delivery'>): Failure | null {
  const { event, tokenId, payload } = delivery;
  if (tokenId === null) return null;
  const skipped = event === 'skipping' && payload.by === undefined;
  if (event !== 'failure' && event !== 'critical' && !skipped) return null;
  const kind = skipped ? 'skipped' : 'failure';
  // A token that became critical has not reached a new attempt: its end gets the next number.
  const attempt = (delivery.attempt ?? 0) + (event === 'critical' ? 1 : 0);
  return { kind, tokenId, attempt, cause: causeOf(run, kind, tokenId, attempt) };
}

function causeOf(run: ShownRun, kind: Failure['kind'], tokenId: number, attempt: number): string {
  const execution = failedExecution(run, tokenId, attempt);
  const path = execution?.path ?? run.tokens.find(({ id }) => id === tokenId)?.path ?? '';
  const how = execution === undefined ? 'no command' : endingOf(execution);
  return `${run.instance.definitionId} ${kind} ${path} ${how}`;
}

function endingOf({ status, timedOut, termSignal, exitStatus }: Execution): string {
  if (status === 'lost') return 'lost';
  if (timedOut) return 'timed out';
  return termSignal ?? `exit ${exitStatus ?? '?'}`;
}

/**
 * The message that stands for a failure of a token; null where it is to be shown by itself: the first
 * since a success, another cause, an hour later, or after somebody has retried it.
 */
export async function standsFor(
  { notifier, run, messages }: Telling,
  { cause, tokenId }: Pick<Failure, 'cause' | 'tokenId'>,
  channel: string,
): Promise<SlackMessage | null> {
  const again = messages.some((message) => message.cause === cause && message.tokenId === tokenId);
  if (again) return null;
  const shown = await notifier.books.shownOf(cause, channel);
  const [last] = shown;
  if (last === undefined) return null;
  // Another branch of the same run.
  if (last.instanceId === run.instance.id) return last;
  const first = last.kind === 'failure' && run.failuresInARow <= 1;
  return first && shown.length < mostAnHour ? null : last;
}

/** Where what a message stands for is told. */
export const beside = ({ channel, thread, ts }: SlackMessage): Place => ({
  channel,
  thread: thread ?? ts,
});
