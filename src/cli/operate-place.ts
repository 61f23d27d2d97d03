/** What suspend, resume, drain and undrain have in common at the shell. */
import { authorise } from '../operations/authorise.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { withSession } from './session.ts';
import type { Actor } from '../operations/actor.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Tx } from '../store/database.ts';
import type { Deed } from '../store/workers.ts';
import { timeText } from './row-text.ts';
import type { Outside } from './outside.ts';

/** Authorises, does, and prints what was done once it is committed. */
export function operatePlace<Told>(
  outside: Outside,
  work: (tx: Tx, actor: Actor) => Promise<Told>,
  print: (told: Told, facts: EngineFacts) => void,
): Promise<number> {
  return withSession(outside, async ({ config, db, facts, actor }) => {
    const told = await inTransaction(db, async (tx) => {
      const policy = config.slack;
      await authorise(tx, { actor, action: 'administer', definition: null, policy });
      return work(tx, actor);
    });
    print(told, facts);
    return 0;
  });
}

/** ` (already, by ann at ...)`; empty when it was done now. */
export function alreadyText(already: Deed | null): string {
  if (already === null) return '';
  return already.by === null
    ? ' (already)'
    : ` (already, by ${already.by} at ${timeText(already.at)})`;
}
