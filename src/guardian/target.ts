/** Which processes belong to a command or a service, wherever they have gone. */
import { type ProcessEntry, readEnvironment, readProcess, readProcesses } from './process-table.ts';

/** Something to be stopped. A process belongs to it by its group, its session, its marker, or a parent that belongs to it. */
export type Target = {
  /** `NAME=value` in the environment of everything it started; survives setsid and a dead parent. */
  readonly marker: string;
  /** Groups and sessions it was given, each with the start of their first process. */
  readonly groups: readonly { readonly id: number; readonly start: number }[];
};

export const EXECUTION_MARKER = 'KUROKO_EXECUTION';
export const SERVICE_MARKER = 'KUROKO_SERVICE';

/** @param marker `NAME=value`; whatever stands under that name in the environment gives way to it */
export function withMarker(
  env: Readonly<Record<string, string>>,
  marker: string,
): Record<string, string> {
  const equals = marker.indexOf('=');
  return { ...env, [marker.slice(0, equals)]: marker.slice(equals + 1) };
}

/** A target, and the processes that were found to belong to it so far: pid and start. Whoever belonged once still does. */
export type Sought = { readonly target: Target; readonly seen: Map<number, number> };

/** The living processes of every target, from one look at the process table. Adds what it finds to what was seen. */
export function findMembers(targets: readonly Sought[]): Map<Target, ProcessEntry[]> {
  const entries = readProcesses();
  const owner = new Map<number, Sought>();
  const byGroup = new Map<number, { sought: Sought; start: number }>();
  const byPid = new Map<number, Sought>();
  const byMarker = new Map(targets.map((sought) => [sought.target.marker, sought]));
  for (const sought of targets) {
    for (const { id, start } of sought.target.groups) byGroup.set(id, { sought, start });
    for (const pid of sought.seen.keys()) byPid.set(pid, sought);
  }
  for (const { pid, start } of entries) {
    // A first process with another start: the id was given away again, so our group is long empty.
    if (byGroup.has(pid) && byGroup.get(pid)?.start !== start) byGroup.delete(pid);
  }
  for (const entry of entries) {
    const known = byGroup.get(entry.group) ?? byGroup.get(entry.session);
    const seen = byPid.get(entry.pid);
    if (known && entry.start >= known.start) owner.set(entry.pid, known.sought);
    else if (seen?.seen.get(entry.pid) === entry.start) owner.set(entry.pid, seen);
    else findByMarker(entry, byMarker, owner);
  }
  inherit(entries, owner);
  for (const { pid } of ourselves()) owner.delete(pid);

  const members = new Map<Target, ProcessEntry[]>(targets.map(({ target }) => [target, []]));
  for (const entry of entries) {
    const sought = owner.get(entry.pid);
    if (!sought || entry.zombie) continue;
    sought.seen.set(entry.pid, entry.start);
    members.get(sought.target)?.push(entry);
  }
  return members;
}

/** Every marker of one name in use, with the processes that carry it. */
export function findMarked(name: string): Map<string, ProcessEntry[]> {
  const marked = new Map<string, ProcessEntry[]>();
  for (const entry of readProcesses()) {
    if (entry.zombie || isKernelThread(entry)) continue;
    const marker = readEnvironment(entry.pid).find((variable) => variable.startsWith(`${name}=`));
    if (marker) marked.set(marker, [...(marked.get(marker) ?? []), entry]);
  }
  return marked;
}

function findByMarker(
  entry: ProcessEntry,
  byMarker: ReadonlyMap<string, Sought>,
  owner: Map<number, Sought>,
): void {
  if (entry.zombie || isKernelThread(entry)) return;
  for (const variable of readEnvironment(entry.pid)) {
    const sought = byMarker.get(variable);
    if (sought) owner.set(entry.pid, sought);
  }
}

/** A process that emptied its environment and left the session still has its parent, unless that has ended. */
function inherit(entries: readonly ProcessEntry[], owner: Map<number, Sought>): void {
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

/**
 * This process and those above it. A command may restart Kuroko itself: its marker is then in the environment of the new main,
 * of whatever started that, and of this very process.
 */
export function ourselves(): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  for (let entry = readProcess(process.pid); entry; entry = readProcess(entry.parent))
    found.push(entry);
  return found;
}

function isKernelThread({ pid, parent }: ProcessEntry): boolean {
  return pid === 2 || parent === 2;
}
