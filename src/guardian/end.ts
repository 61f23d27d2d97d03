/** The end of a guardian: commands, last words, services, in this order. */
import { type Cgroup, killCgroup, removeCgroup } from './cgroup.ts';
import type { Commands } from './commands.ts';
import type { Journal } from './journal.ts';
import { lastWordsOf } from './last-words.ts';
import type { Services } from './services.ts';
import type { Stopper } from './stopper.ts';
import { markedTargets } from './marked-targets.ts';
import { EXECUTION_MARKER, type Target } from './target.ts';

export type Ending = {
  readonly commands: Commands;
  readonly services: Services;
  readonly journal: Journal;
  readonly stopper: Stopper;
  readonly cgroup: Cgroup | null;
};

/**
 * Resolves when nothing that this guardian started is alive, and every result that nobody has acknowledged is on the disk.
 * What cannot be killed is left to the next guardian: the journal then does not say that this epoch is closed.
 */
export async function endEverything(epoch: string, graceMs: number, ending: Ending): Promise<void> {
  const { commands, services, journal } = ending;
  commands.close();
  const nothingRuns = await endCommands(epoch, graceMs, ending);
  try {
    const words = commands.unacknowledged().flatMap((command) => lastWordsOf(command, epoch) ?? []);
    journal.append(...words.map((said) => ({ type: 'lastWords' as const, words: said })));
  } finally {
    // A full disk costs the last words; the servers are stopped all the same.
    const survivors = await services.stopAll();
    if (nothingRuns && survivors.length === 0)
      journal.append({ type: 'closed', epoch, at: Date.now() });
  }
}

async function endCommands(
  epoch: string,
  graceMs: number,
  { commands, stopper, cgroup }: Ending,
): Promise<boolean> {
  const stop = (target: Target) => stopper.stop(target, { signal: 'SIGTERM', graceMs, to: 'all' });
  const [survivors, leftovers] = await Promise.all([
    commands.stopAll(graceMs, 'guardian'),
    Promise.all([...commands.leftovers(), ...everythingIn(epoch, cgroup)].map(stop)),
  ]);
  // Whatever left its group, its session and its command long ago.
  const marked = markedTargets(EXECUTION_MARKER, new Set([epoch]));
  const escapees = await Promise.all(marked.map(({ target }) => stop(target)));
  const nothingIsLeft = cgroup ? await emptied(cgroup) : true;
  return nothingIsLeft && survivors.length === 0 && [...leftovers, ...escapees].every(Boolean);
}

function everythingIn(epoch: string, cgroup: Cgroup | null): Target[] {
  if (!cgroup) return [];
  return [{ marker: `${EXECUTION_MARKER}=${epoch}:`, groups: [], strangers: cgroup.pids }];
}

/** Who was born while the others were stopped gets no grace. The proof is the kernel's. */
async function emptied(cgroup: Cgroup): Promise<boolean> {
  cgroup.leave();
  const empty = await killCgroup(cgroup.path);
  removeCgroup(cgroup.path);
  return empty;
}
