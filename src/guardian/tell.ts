/** Tells whoever listens to a command what became of it: of its running at most every 100 ms, of its end at once. */
import type { Command } from './command.ts';
import type { Ended, Running } from './protocol.ts';

const TELL_EVERY_MS = 100;
/** Outputs up to this size ride on the line that tells of the end. */
const INLINE_OUTPUT = 64 * 1024;

/** There is something to be told: it is, a tenth of a second from now. */
export function tellRunningSoon(command: Command): void {
  command.tellTimer ??= setTimeout(() => {
    command.tellTimer = null;
    tellRunning(command);
  }, TELL_EVERY_MS);
}

function tellRunning(command: Command): void {
  if (command.ended || !command.process) return;
  command.toldSize = command.spool.size();
  for (const listener of command.listeners) {
    if (listener.isSlow()) tellRunningSoon(command);
    else listener.say({ type: 'running', running: describeRunning(command) });
  }
}

export function tellEnded(command: Command): void {
  if (command.tellTimer) clearTimeout(command.tellTimer);
  command.tellTimer = null;
  for (const listener of command.listeners) {
    const ended = describeEnded(command, !listener.isSlow());
    if (ended) listener.say({ type: 'ended', ended });
  }
}

export function describeRunning({ id, process, startedAt, spool }: Command): Running {
  return {
    status: 'running',
    id,
    pid: process?.pid ?? null,
    pidStart: process?.pidStart() ?? null,
    startedAt,
    outputSize: spool.size(),
  };
}

/** Null while it runs. Without output for a client that cannot take it now, and can read it later. */
export function describeEnded({ ended, spool }: Command, withOutput: boolean): Ended | null {
  if (!ended) return null;
  const inline =
    withOutput && ended.outputSize <= INLINE_OUTPUT ? spool.read(0, INLINE_OUTPUT).data : null;
  // Shorter than the output when its cap is smaller still.
  const whole = inline?.length === ended.outputSize ? inline.toString('base64') : null;
  return { ...ended, output: whole };
}
