/**
 * What stands before the comment of a line. Only an unquoted `#` at the start of a word starts one:
 * `echo $#` and `curl http://h/x#frag` are whole. (Kuroko2 cut at every `#` outside quotes.)
 */
import { closingQuote } from './closing-quote.ts';

export function cutComment(text: string): string {
  if (!text.includes('#')) return text;
  return text.slice(0, commentAt(text, kuroko));
}

/** Where Kuroko2 took text for a comment that is none here; null where it found no more than we do. */
export function otherComment(text: string): number | null {
  const there = commentAt(text, kuroko2);
  return there < commentAt(text, kuroko) ? there : null;
}

/** How comments are told from other text. */
interface Reading {
  readonly begins: (text: string, at: number) => boolean;
  /** Where a quotation ends; null for a quote that stands alone. */
  readonly closes: (text: string, open: number) => number | null;
}

const kuroko: Reading = { begins: startsWord, closes: closingQuote };

const kuroko2: Reading = {
  begins: () => true,
  // Its pattern was greedy: a quotation went on to the last quote of its kind.
  closes: (text, open) => text.lastIndexOf(text.charAt(open)),
};

/** Where the first comment of the text begins; its end if it has none. */
function commentAt(text: string, { begins, closes }: Reading): number {
  for (let from = 0; ;) {
    mark.lastIndex = from;
    const [found] = mark.exec(text) ?? [];
    if (found === undefined) return text.length;
    const at = mark.lastIndex - 1;
    if (found === '#' && begins(text, at)) return at;
    from = (found === '#' ? at : (closes(text, at) ?? at)) + 1;
  }
}

/** The only characters that matter: the rest of a line is passed over. */
const mark = /["'#]/g;

function startsWord(text: string, at: number): boolean {
  return at === 0 || ' \t\r\f\v'.includes(text.charAt(at - 1));
}
