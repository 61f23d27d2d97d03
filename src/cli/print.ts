/** What verbs write to standard output: lines, tables, JSON; nothing a terminal would obey. */

/** Names, scripts and output are other people's: control characters would move the cursor, or turn the rest of the line around. */
function plain(text: string): string {
  return text.replaceAll(
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    '\uFFFD',
  );
}

export function printLine(text = ''): void {
  process.stdout.write(`${plain(text)}\n`);
}

/** Columns as wide as their widest entry; the last one as it is. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  for (const row of all) {
    printLine(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Output of commands: as it is for a file or another program; on a terminal it must not be obeyed. */
export function printOutput(bytes: Buffer): void {
  process.stdout.write(process.stdout.isTTY ? plain(bytes.toString('utf8')) : bytes);
}

/** Warnings and progress, which no program reads. */
export function printNote(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}
