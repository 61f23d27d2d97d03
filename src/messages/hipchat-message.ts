/** What HipChat is told of an event, within the 10,000 characters that it takes. */
import { render } from '../templates.ts';
import { plainLine, plainLines, plainTail } from './plain-text.ts';
import type { NoticeText } from './notice-text.ts';
import type { RunNews } from './mail-run.ts';

/** Characters of hostile text become at most six each in HTML. */
const reasonLimit = 400;
const outputLines = 20;
const outputLimit = 800;

/** HTML. */
export function hipChatMessage(
  { instance, definition, execution, tail }: RunNews,
  { level, subject, message, baseUrl }: NoticeText & Record<'level' | 'baseUrl', string>,
): string {
  // The output that a message ends with stands below it as such.
  const [reason = ''] = (message ?? '').split('\n\n```\n');
  return render('hipchat/message', {
    level,
    subject: plainLine(subject, 300),
    url: `${baseUrl}/definitions/${definition.id}/instances/${instance.id}`,
    reason: plainLines(reason, reasonLimit),
    output: execution === null ? '' : plainTail(tail, outputLines, outputLimit),
  }).trim();
}

/** Plain text: the failure text, with the people that it names. */
export function hipChatText(subject: string, failureText: string): string {
  return `${plainLine(subject, 300)} ${plainLine(failureText, 1_000)}`;
}
