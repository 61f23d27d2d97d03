/** What people find in Slack, held against what happened: reads nothing but the messages themselves. */
import type { StandInMessage } from './slack-stand-in.ts';

/** What happened to one run of a job that is told of everything, and shares its causes with no other. */
export interface Happened {
  readonly instanceId: number;
  /** How often it failed. */
  readonly failures: number;
  /** The first line of its message at the end, without the name of the job. */
  readonly end: string;
}

/** One sentence for each way in which Slack shows anything but what happened, once and in order. */
export function misreadings(
  messages: readonly StandInMessage[],
  happened: readonly Happened[],
): string[] {
  const found: string[] = [];
  for (const { instanceId, failures, end } of happened) {
    const complain = (what: string): void => void found.push(`#${instanceId}: ${what}`);
    const mine = messages.filter((message) => isAbout(message, instanceId));
    const [run, ...others] = mine.filter(({ thread }) => thread === null);
    if (run === undefined) {
      complain('nothing is shown of it');
      continue;
    }
    if (others.length > 0) complain(`it is shown ${others.length + 1} times`);
    if (!run.text.endsWith(end)) complain(`it is said "${run.text}" and not "${end}"`);
    const replies = mine.filter(({ thread }) => thread !== null);
    if (replies.some(({ thread }) => thread !== run.ts)) complain('a reply is in another thread');
    const failed = replies.filter(({ text }) => text.includes('failed at'));
    if (failed.length !== failures) complain(`${failed.length} of ${failures} failures are shown`);
    const normal = replies.filter(({ text }) => text.includes('back to normal'));
    const wanted = end.endsWith('back to normal') ? 1 : 0;
    if (normal.length !== wanted)
      complain(`that it is back to normal is shown ${normal.length} times`);
    const order = [run, ...failed, ...normal].map(({ ts }) => ts);
    if (order.join() !== order.toSorted().join()) complain('its thread is out of order');
  }
  return found;
}

export const isAbout = ({ blocks }: StandInMessage, instanceId: number): boolean =>
  JSON.stringify(blocks).includes(`/instances/${instanceId}|`);
