/** Closes files that main itself was started with by accident: a detached process would hold them open for ever. */
import { closeSync, readdirSync, readFileSync } from 'node:fs';

const CLOSE_ON_EXEC = 0o2000000;

/** Everything beyond standard error that commands would inherit as well; Node opens none of its own files like that. */
export function closeInherited(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const file = Number(name);
    if (file > 2 && isInherited(file)) closeSync(file);
  }
}

function isInherited(file: number): boolean {
  try {
    const [, flags = '0'] =
      /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'latin1')) ?? [];
    return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // The one with which the folder was read.
    return false;
  }
}
