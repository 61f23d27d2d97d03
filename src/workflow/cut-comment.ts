/**
 * What stands before the comment of a line. Only an unquoted `#` at the start of a word starts one:
 * `echo $#` and `curl http://h/x#frag` are whole. (Kuroko2 cut at every `#` outside quotes.)
 */
import { closingQuote } from './closing-quote.ts';

export function cutComment(text: string): string {
  if (!text.includes('#')) return text;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '#' && startsWord(text, at)) return text.slice(0, at);
    if (character === '"' || character === "'") at = closingQuote(text, at) ?? at;
  }
  return text;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || ' \t\r\f\v'.includes(text.charAt(at - 1));
}
