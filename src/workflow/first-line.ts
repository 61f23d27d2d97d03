/** A command of several lines where one is meant: its first, with a sign that there are more. */
export function firstLine(command: string): string {
  const end = command.indexOf('\n');
  return end === -1 ? command : `${command.slice(0, end).trimEnd()} …`;
}
