/** The execution that led to a failure: the last of the attempt that the token then left. */
import type { Execution } from '../store/executions.ts';
import type { Run } from '../store/run.ts';

/** `attempt` is the token's after the failure. */
export function failedExecution(run: Run, tokenId: number, attempt: number): Execution | undefined {
  return run.executions.findLast(
    (execution) => execution.tokenId === tokenId && execution.attempt === attempt - 1,
  );
}
