/** Makes hostile text fit: cut first, then escaped, so that no entity and no character is halved. */
import { escapeForSlack, markup, speaksLocally, type Markup } from '../templates.ts';
import { defused, isVisible, withoutColours } from './defuse.ts';

/**
 * One visible line of at most `max` characters once escaped, still to be escaped by the template.
 * Line breaks and control characters become spaces; what would turn the reading direction of the
 * rest of the message around is left out.
 */
export function line(text: string, max: number, placeholder = '(empty)'): string {
  const clean = fenceless(defused(text).replaceAll(/\s+/g, ' ').trim());
  return isVisible(clean) ? starless(cut(clean, max)) : placeholder;
}

/** As `line`, with the line breaks kept; more than one empty line in a row is one. */
export function paragraph(text: string, max: number, placeholder = '(empty)'): string {
  const clean = defused(text)
    .split('\n')
    .map((row) => row.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  if (!isVisible(clean)) return placeholder;
  const whole = cut(clean, max);
  // A code block that is never closed, or was cut in the middle, would take the rest with it.
  return starless(whole.split('```').length % 2 === 1 ? whole : cut(fenceless(clean), max));
}

/** The last `lines` lines of what a command wrote, as a code block of at most `max` characters. */
export function outputBlock(text: string, lines: number, max: number, placeholder: string): Markup {
  const clean = defused(withoutColours(text)).trimEnd();
  const last = clean.split('\n').slice(-lines).join('\n');
  return fenced(isVisible(last) ? cutStart(fenceless(last), max - fence.length) : placeholder);
}

/** Text from its beginning as a code block of at most `max` characters. */
export function codeBlock(text: string, max: number, placeholder = '(empty)'): Markup {
  const clean = fenceless(defused(text).replace(/^\n+/, '').trimEnd());
  return fenced(isVisible(clean) ? cut(clean, max - fence.length) : placeholder);
}

/** A few words in code style on one line, of at most `max` characters. */
export function code(text: string, max: number, placeholder = '(empty)'): Markup {
  // A backtick would end the style; this one looks like it.
  const clean = line(text, max - 2, placeholder).replaceAll('`', 'ˋ');
  return markup(starless(`\`${escapeForSlack(clean)}\``));
}

/** The local Slack's page takes the stars of a cron for bold letters, in code style, too. */
function starless(text: string): string {
  if (!speaksLocally()) return text;
  return text.replaceAll(/`[^`\n]+`/g, (quoted) => quoted.replaceAll('*', '∗'));
}

/** A command in code style: of several lines the first, with a sign that there are more. */
export function commandCode(command: string, max: number): Markup {
  const [first = '', ...more] = command.trim().split('\n');
  return code(more.length === 0 ? first : `${first} …`, max);
}

const fence = '```\n\n```';
function fenced(text: string): Markup {
  if (speaksLocally()) return markup(text.split('\n').map(lineOfCode).join('\n'));
  return markup(`\`\`\`\n${escapeForSlack(text)}\n\`\`\``);
}

/** The local Slack's page knows code within a line only. */
function lineOfCode(text: string): string {
  const kept = escapeForSlack(text)
    .replaceAll('`', 'ˋ')
    .replaceAll(/ (?= )/g, '\u00A0');
  return text === '' ? '' : `\`${kept}\``;
}

/** Two backticks in a row would be a step towards three, which end a code block. */
const fenceless = (text: string): string => text.replaceAll(/`(?=`)/g, '`\u200B');

const ellipsis = '…';

function cut(text: string, max: number): string {
  if (escapedLength(text) <= max) return text;
  let kept = '';
  let length = ellipsis.length;
  for (const character of text) {
    length += escapedLength(character);
    if (length > max) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** Keeps the end: of output the last words matter. */
function cutStart(text: string, max: number): string {
  if (escapedLength(text) <= max) return text;
  // No more than `max` units can be kept: what lies before need not be looked at.
  const characters = Array.from(text.slice(-max - 1))
    .slice(1)
    .toReversed();
  const kept: string[] = [];
  let length = ellipsis.length;
  for (const character of characters) {
    length += escapedLength(character);
    if (length > max) break;
    kept.push(character);
  }
  return ellipsis + kept.toReversed().join('');
}

/** Counted, not made: it is asked for each character of what is cut. */
function escapedLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === ampersand) length += 4;
    else if (unit === lessThan || unit === greaterThan) length += 3;
  }
  return length;
}

const [ampersand, lessThan, greaterThan] = [0x26, 0x3c, 0x3e];
