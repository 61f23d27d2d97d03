/** The end of a guardian: commands, last words, services, in this order. */
import type { Commands } from './commands.ts';
import type { Journal } from './journal.ts';
import { lastWordsOf } from './last-words.ts';
import type { Services } from './services.ts';
import type { Stopper } from './stopper.ts';
import { markedTargets } from './marked-targets.ts';
import { EXECUTION_MARKER } from './target.ts';

/**
 * Resolves when nothing that this guardian started is alive, and every result that nobody has acknowledged is on the disk.
 * What cannot be killed is left to the next guardian: the journal then does not say that this epoch is closed.
 */
export async function endEverything(
  epoch: string,
  graceMs: number,
  {
    commands,
    services,
    journal,
    stopper,
  }: { commands: Commands; services: Services; journal: Journal; stopper: Stopper },
): Promise<void> {
  commands.close();
  const [survivors, strays] = await Promise.all([
    commands.stopAll(graceMs, 'guardian'),
    Promise.all(
      commands
        .leftovers()
        .map((target) => stopper.stop(target, { signal: 'SIGTERM', graceMs, to: 'all' })),
    ),
  ]);
  // Whatever left its group, its session and its command long ago.
  const marked = markedTargets(EXECUTION_MARKER, new Set([epoch]));
  const escapees = await Promise.all(
    marked.map(({ target }) => stopper.stop(target, { signal: 'SIGTERM', graceMs, to: 'all' })),
  );
  const words = commands.unacknowledged().map((command) => lastWordsOf(command, epoch));
  journal.append(
    ...words.flatMap((said) => (said ? [{ type: 'lastWords' as const, words: said }] : [])),
  );
  const servicesLeft = await services.stopAll();
  const clean =
    survivors.length === 0 && servicesLeft.length === 0 && [...strays, ...escapees].every(Boolean);
  if (clean) journal.append({ type: 'closed', epoch, at: Date.now() });
}
