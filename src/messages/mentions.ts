/** Who is called by a text that people have written to be called by: Slack itself resolves no names. */
import { escapeForSlack, markup, speaksLocally, type Markup } from '../templates.ts';
import { paragraph } from './fit.ts';

/** Ids of people by their names in small letters. */
export type Mentions = ReadonlyMap<string, string>;

const named = String.raw`(?<![\p{L}\p{N}])@[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?`;
const byId = String.raw`<@[UW][A-Z0-9]{2,20}>|<!subteam\^S[A-Z0-9]{2,20}(?:\|[^<>\n]*)?>`;
const mention = new RegExp(`(${byId}|${named})`, 'u');

/** The names, in small letters, that are to be looked up. */
export function mentionedNames(text: string): string[] {
  return [...text.matchAll(new RegExp(named, 'gu'))].map(([name]) => name.slice(1).toLowerCase());
}

/**
 * A text in which `@here` and its kind, `@name` of people who are known, and ids as Slack writes them call
 * whom they name; everything else in it is text.
 */
export function callingText(text: string, max: number, mentions: Mentions): Markup {
  const pieces = paragraph(text, max).split(mention);
  return markup(
    pieces
      .map((piece, index) => (index % 2 === 0 ? escapeForSlack(piece) : call(piece, mentions)))
      .join(''),
  );
}

function call(piece: string, mentions: Mentions): string {
  const name = piece.slice(1).toLowerCase();
  if (name === 'here' || name === 'channel' || name === 'everyone') {
    return speaksLocally() ? piece : `<!${name}>`;
  }
  if (piece.startsWith('<')) return piece.replace(/\|[^>]*/, '');
  const id = mentions.get(name);
  return id === undefined ? escapeForSlack(piece) : `<@${id}>`;
}
