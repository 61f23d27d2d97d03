/**
 * What stands before the comment of a line. Only an unquoted `#` at the start of a word starts one:
 * `echo $#` and `curl http://h/x#frag` are whole. (Kuroko2 cut at every `#` outside quotes.)
 */
import { closingQuote } from './closing-quote.ts';

export function cutComment(text: string): string {
  for (let from = 0; ;) {
    mark.lastIndex = from;
    const [found] = mark.exec(text) ?? [];
    if (found === undefined) return text;
    const at = mark.lastIndex - 1;
    if (found === '#' && startsWord(text, at)) return text.slice(0, at);
    from = (found === '#' ? at : (closingQuote(text, at) ?? at)) + 1;
  }
}

/** The only characters that matter: the rest of a line is passed over. */
const mark = /["'#]/g;

function startsWord(text: string, at: number): boolean {
  return at === 0 || ' \t\r\f\v'.includes(text.charAt(at - 1));
}
