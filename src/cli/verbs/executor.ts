/** `kuroko executor`: runs the commands of one queue until it is told to end, or drained. */
import { lingering } from '../lingering.ts';
import type { Outside } from '../outside.ts';

export function executorVerb(
  outside: Outside,
  flags: { readonly queue?: string; readonly workers?: number },
): Promise<number> {
  return lingering(() => outside.runExecutor(flags));
}
