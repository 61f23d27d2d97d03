/** What changed between two texts, line by line. */

export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Beyond this a table of all pairs would be too large, and nobody reads it: old out, new in. */
const mostPairs = 4_000_000;

export function lineDiff(before: string, after: string): DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  if (old.length * now.length > mostPairs) {
    return [...signed('-', old), ...signed('+', now)];
  }
  const common = commonLengths(old, now);
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    const left = old[i];
    const right = now[j];
    if (left !== undefined && left === right) {
      result.push({ sign: ' ', text: left });
      i += 1;
      j += 1;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      result.push({ sign: '-', text: left });
      i += 1;
    } else {
      result.push({ sign: '+', text: right ?? '' });
      j += 1;
    }
  }
  return result;
}

const linesOf = (text: string): string[] =>
  text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);

const signed = (sign: '-' | '+', lines: readonly string[]): DiffLine[] =>
  lines.map((text) => ({ sign, text }));

/** `[i][j]`: length of the longest common run of lines, gaps allowed, from old line i and new line j on. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () =>
    Array.from({ length: now.length + 1 }, () => 0),
  );
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] ?? [];
    const below = lengths[i + 1] ?? [];
    for (let j = now.length - 1; j >= 0; j -= 1) {
      row[j] =
        old[i] === now[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
