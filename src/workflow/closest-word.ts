/** The known word that a mistyped one most likely stands for, or null when none is near. */
export function closestWord(typed: string, known: readonly string[]): string | null {
  const word = typed.toLowerCase();
  const furthest = word.length <= 4 ? 1 : 2;
  let closest: string | null = null;
  let nearest = furthest + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= nearest) continue;
    const distance = editDistance(word, candidate.toLowerCase());
    if (distance < nearest) [closest, nearest] = [candidate, distance];
  }
  return closest ?? (word.length >= 3 ? beginningWith(word, known) : null);
}

/** For a word that was not written out: `exec`, `expected`. */
function beginningWith(word: string, known: readonly string[]): string | null {
  for (const candidate of known) {
    if (candidate.toLowerCase().startsWith(word)) return candidate;
  }
  return null;
}

/** Insertions, removals, replacements and swaps of neighbours that lead from one word to the other. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[line - 1] === other[column - 1];
      const swapped = one[line - 1] === other[column - 2] && one[line - 2] === other[column - 1];
      next[column] = Math.min(
        at(row, column) + 1,
        at(next, column - 1) + 1,
        at(row, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Infinity,
      );
    }
    [before, row] = [row, next];
  }
  return at(row, other.length);
}

/** There is always a number there: the rows are one longer than the word. */
function at(row: readonly number[], column: number): number {
  return Number(row[column]);
}
