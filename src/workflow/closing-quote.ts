/**
 * Where a quotation that opens at `open` closes: the index of the closing quote, or null when the
 * quote stands alone and is an ordinary character (`it's`).
 *
 * `\"` within `"..."` and `\'` within `'...'` do not close it - unless nothing else does, then the
 * last of them does, as in Kuroko2 (`A="\"` is a backslash). Linear: where there is no closing
 * quote, there is none of its kind left at all.
 */
export function closingQuote(text: string, open: number): number | null {
  const quote = text.charAt(open);
  let escaped: number | null = null;
  for (let at = text.indexOf(quote, open + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (text[at - 1] !== '\\') return at;
    escaped = at;
  }
  return escaped;
}
