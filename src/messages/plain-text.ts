/** Hostile text where nothing is markup: subjects and bodies of mail, and other plain text. */
import { defused, isVisible, withoutColours } from './defuse.ts';

/** One visible line of at most `max` characters. */
export function plainLine(text: string, max: number, placeholder = '(empty)'): string {
  const clean = defused(text).replaceAll(/\s+/g, ' ').trim();
  return isVisible(clean) ? cut(clean, max) : placeholder;
}

/** Several lines, of at most `max` characters; '' where there is nothing to see. */
export function plainLines(text: string, max: number): string {
  const clean = defused(text)
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n')
    .replace(/^\n+/, '')
    .trimEnd();
  return isVisible(clean) ? cut(clean, max) : '';
}

/** The last `lines` lines of what a command wrote, of at most `max` characters; '' for nothing. */
export function plainTail(output: string, lines: number, max: number): string {
  const clean = defused(withoutColours(output)).trimEnd();
  const last = clean.split('\n').slice(-lines).join('\n');
  if (!isVisible(last)) return '';
  return last.length <= max ? last : `…${whole(last.slice(1 - max))}`;
}

const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${whole(text.slice(0, max - 1))}…`;

/** Without the half of a character that a cut has left at an end. */
const whole = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '');
