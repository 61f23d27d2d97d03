/** Several lines in one block: as many as fit, and then how many are left out. */

/** Of at most `max` characters; `rest` says what is left out. Lines are escaped already. */
export function fitLines(
  lines: readonly string[],
  max: number,
  rest: (count: number) => string,
): string {
  const whole = lines.join('\n');
  if (whole.length <= max) return whole;
  const kept: string[] = [];
  let room = max - rest(lines.length).length;
  for (const text of lines) {
    room -= text.length + 1;
    if (room < 0) break;
    kept.push(text);
  }
  return [...kept, rest(lines.length - kept.length)].join('\n');
}
