/** Everything that carries a marker of some guardians, as targets that can be stopped. */
import { findMarked } from './find-members.ts';
import { ourselves } from './process-table.ts';
import type { Target } from './target.ts';

export type MarkedTarget = {
  readonly epoch: string;
  readonly name: string;
  readonly target: Target;
};

/** Each with the groups and sessions that it leads; never one of which this process itself is part. */
export function markedTargets(markerName: string, epochs: ReadonlySet<string>): MarkedTarget[] {
  const spared = ourselves();
  const sparedPids = new Set(spared.map(({ pid }) => pid));
  const sparedGroups = new Set(spared.flatMap(({ group, session }) => [group, session]));
  const found: MarkedTarget[] = [];
  for (const [marker, processes] of findMarked(markerName)) {
    const [epoch = '', name = ''] = marker.slice(markerName.length + 1).split(':');
    if (!epochs.has(epoch) || processes.every(({ pid }) => sparedPids.has(pid))) continue;
    const groups = processes
      .filter(({ pid, group, session }) => pid === group || pid === session)
      .filter(({ pid }) => !sparedGroups.has(pid))
      .map(({ pid, start }) => ({ id: pid, start }));
    found.push({ epoch, name, target: { marker, groups } });
  }
  return found;
}
