/** When an executor that takes nothing new will be empty. */
import type { RunningCommand } from '../store/running-commands.ts';

export type DrainEstimate =
  /** It is. */
  | { readonly type: 'empty' }
  | { readonly type: 'at'; readonly at: Date }
  /** So many have taken longer than usual; the others will have ended then, if there are any. */
  | { readonly type: 'overdue'; readonly overdue: number; readonly at: Date | null }
  /** Of so many commands nobody knows how long they take. */
  | { readonly type: 'unknown'; readonly unknown: number };

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
