/** `kuroko executor`: runs the commands of one queue until it is told to end, or drained. */
import { lingering } from '../lingering.ts';
import type { ExecutorFlags, Outside, RestartFlags } from '../outside.ts';

export function executorVerb(
  outside: Outside,
  flags: ExecutorFlags & RestartFlags,
): Promise<number> {
  return lingering(() => outside.runExecutor(flags));
}
