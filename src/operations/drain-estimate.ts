/** When an executor that takes nothing new will be empty. */
import type { RunningCommand } from '../store/running-commands.ts';
import type { DrainEstimate } from '../store/usual-durations.ts';

export type { DrainEstimate };

export function drainEstimate(
  running: readonly Pick<RunningCommand, 'expectedEnd'>[],
): DrainEstimate {
  const ends = running.map(({ expectedEnd }) => expectedEnd);
  const unknown = ends.filter(({ type }) => type === 'unknown').length;
  const overdue = ends.filter(({ type }) => type === 'overdue').length;
  const times = ends.flatMap((end) => (end.type === 'at' ? [end.at.getTime()] : []));
  const at = times.length === 0 ? null : new Date(Math.max(...times));
  if (unknown > 0) return { type: 'unknown', unknown };
  if (overdue > 0) return { type: 'overdue', overdue, at };
  return at === null ? { type: 'empty' } : { type: 'at', at };
}
