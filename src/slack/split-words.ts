/** Splits a command into words the way a shell would, as far as people need it. */

export interface Word {
  /** Without its quotes. */
  readonly text: string;
  readonly quoted: boolean;
  /** Where it starts and where it ends in the text it comes from. */
  readonly start: number;
  readonly end: number;
}

/**
 * Words are parted by white space. Quotes hold one together, `\"` and `\'` inside them are quotes
 * themselves; they open only at the start of a word or after `=`, so that `ben's-job` is a word.
 * A quote that is never closed goes on to the end.
 */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  const length = text.length;
  let at = 0;
  while (at < length) {
    if (isSpace(text.charAt(at))) {
      at += 1;
      continue;
    }
    const start = at;
    let word = '';
    while (at < length && !isSpace(text.charAt(at))) {
      const quote = text.charAt(at);
      const opens = (quote === '"' || quote === "'") && (at === start || text[at - 1] === '=');
      at += 1;
      if (!opens) {
        word += quote;
        continue;
      }
      while (at < length && text[at] !== quote) {
        if (text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === "'")) at += 1;
        word += text.charAt(at);
        at += 1;
      }
      at += 1;
    }
    const first = text.charAt(start);
    words.push({
      text: word,
      quoted: first === '"' || first === "'",
      start,
      end: Math.min(at, length),
    });
  }
  return words;
}

const isSpace = (character: string): boolean => /\s/.test(character);
