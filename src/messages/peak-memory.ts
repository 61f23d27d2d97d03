/** The most memory that an instance needed: that of its hungriest command. */
import type { Execution } from '../store/executions.ts';

/** Bytes; null when all were over too soon to be measured. */
export function peakMemory(executions: readonly Pick<Execution, 'peakMemory'>[]): number | null {
  const known = executions.flatMap((execution) => execution.peakMemory ?? []);
  return known.length === 0 ? null : Math.max(...known);
}
