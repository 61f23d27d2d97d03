/** Finds the processes that belong to commands and services, wherever they have gone. */
import {
  isKernelThread,
  ourselves,
  type ProcessEntry,
  readEnvironment,
  readProcesses,
} from './process-table.ts';
import { withSpareFile } from './spare-file.ts';
import { isMarker, type Target } from './target.ts';

/** A target, and the processes that were found to belong to it so far: pid and start. Whoever belonged once still does. */
export type Sought = { readonly target: Target; readonly seen: Map<number, number> };

/** The markers that processes were found to carry, by pid: they never change, and reading them is most of a look. */
export type KnownMarkers = Map<
  number,
  { readonly start: number; readonly markers: readonly string[] }
>;

/**
 * The living processes of every target, from one look at the process table. Adds what it finds to what was seen. Throws when
 * the system does not let it look: then nothing is known.
 *
 * @param known carried over from the last look, if there was one shortly before
 * @param look reads the processes among which they are sought
 */
export function findMembers(
  targets: readonly Sought[],
  known: KnownMarkers = new Map(),
  look: () => ProcessEntry[] = readProcesses,
): Map<Target, ProcessEntry[]> {
  return withSpareFile(() => {
    const entries = look();
    // Before anything is inherited: what this process started is not theirs only because this process seems to be.
    const spared = new Set(ourselves().map(({ pid }) => pid));
    const others = entries.filter(({ pid }) => !spared.has(pid));
    const owner = findOwners(others, targets, known);
    inherit(others, owner);
    if (claimStrangers(others, targets, owner)) inherit(others, owner);

    const members = new Map<Target, ProcessEntry[]>(targets.map(({ target }) => [target, []]));
    for (const entry of others) {
      const sought = owner.get(entry.pid);
      if (!sought || entry.zombie) continue;
      sought.seen.set(entry.pid, entry.start);
      members.get(sought.target)?.push(entry);
    }
    return members;
  });
}

/** Every marker of one name in use, with the processes that carry it. */
export function findMarked(name: string): Map<string, ProcessEntry[]> {
  return withSpareFile(() => {
    const marked = new Map<string, ProcessEntry[]>();
    for (const entry of readProcesses()) {
      const marker = markersOf(entry, new Map()).find((carried) => carried.startsWith(`${name}=`));
      if (marker) marked.set(marker, [...(marked.get(marker) ?? []), entry]);
    }
    return marked;
  });
}

type Owners = Map<number, Sought>;

function findOwners(
  entries: readonly ProcessEntry[],
  targets: readonly Sought[],
  known: KnownMarkers,
): Owners {
  const byGroup = ownGroups(entries, targets);
  const bySeen = new Map(
    targets.flatMap((sought) => [...sought.seen.keys()].map((pid) => [pid, sought] as const)),
  );
  const byMarker = new Map(targets.map((sought) => [sought.target.marker, sought]));
  const owner: Owners = new Map();
  for (const entry of entries) {
    const group = byGroup.get(entry.group) ?? byGroup.get(entry.session);
    const seen = bySeen.get(entry.pid);
    if (group && entry.start >= group.start) owner.set(entry.pid, group.sought);
    else if (seen?.seen.get(entry.pid) === entry.start) owner.set(entry.pid, seen);
    else {
      const marker = markersOf(entry, known).find((carried) => byMarker.has(carried));
      const sought = marker && byMarker.get(marker);
      if (sought) owner.set(entry.pid, sought);
    }
  }
  return owner;
}

/** Without those whose id is that of a process with another start: it was given away again, so our group is long empty. */
function ownGroups(
  entries: readonly ProcessEntry[],
  targets: readonly Sought[],
): Map<number, { sought: Sought; start: number }> {
  const byGroup = new Map<number, { sought: Sought; start: number }>();
  for (const sought of targets) {
    for (const { id, start } of sought.target.groups) byGroup.set(id, { sought, start });
  }
  for (const { pid, start } of entries) {
    const group = byGroup.get(pid);
    if (group && group.start !== start) byGroup.delete(pid);
  }
  return byGroup;
}

function markersOf(entry: ProcessEntry, known: KnownMarkers): readonly string[] {
  if (entry.zombie || isKernelThread(entry)) return [];
  const { pid, start } = entry;
  const remembered = known.get(pid);
  if (remembered?.start === start) return remembered.markers;
  const markers = readEnvironment(pid).filter(isMarker);
  known.set(pid, { start, markers });
  return markers;
}

/** Last of all: whoever belongs to somebody by any other sign is no stranger. */
function claimStrangers(
  entries: readonly ProcessEntry[],
  targets: readonly Sought[],
  owner: Owners,
): boolean {
  const present = new Set(entries.map(({ pid }) => pid));
  let claimed = false;
  for (const sought of targets) {
    for (const pid of sought.target.strangers?.() ?? []) {
      if (owner.has(pid) || !present.has(pid)) continue;
      owner.set(pid, sought);
      claimed = true;
    }
  }
  return claimed;
}

/** A process that emptied its environment and left the session still has its parent, unless that has ended. */
function inherit(entries: readonly ProcessEntry[], owner: Owners): void {
  for (let found = true; found;) {
    found = false;
    for (const { pid, parent } of entries) {
      const sought = owner.get(parent);
      if (sought && !owner.has(pid)) {
        owner.set(pid, sought);
        found = true;
      }
    }
  }
}
