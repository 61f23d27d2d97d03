/** Wakes the tokens whose time has come: after a sleep, a pause before another try, a limit. */
import { dueTokens, isDue, postpone, type DueToken } from '../store/due-tokens.ts';
import { lockInstance } from '../store/instances.ts';
import { lockTokensByKey } from '../store/tokens.ts';
import { lineageKeys } from '../workflow/token-key.ts';
import { applyEvent } from './apply-event.ts';
import { inTransaction } from './in-transaction.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database } from '../store/database.ts';

/** At a time. */
const most = 100;

/** Each in a transaction of its own. Where several do it at once, each token is woken by one. */
export async function wakeTokens(
  db: Database,
  facts: EngineFacts,
  onTrouble: (error: unknown, token: DueToken) => void,
): Promise<{ more: boolean }> {
  const due = await dueTokens(db, most);
  for (const token of due) {
    try {
      await wake(db, token, facts);
    } catch (error) {
      // The others are not held up by it. Without a database this fails as well, and ends the round.
      await postpone(db, token.id, postponedSeconds);
      onTrouble(error, token);
    }
  }
  return { more: due.length === most };
}

const postponedSeconds = 60;

async function wake(db: Database, { id, instanceId, key }: DueToken, facts: EngineFacts) {
  await inTransaction(db, async (tx) => {
    const instance = await lockInstance(tx, instanceId);
    if (instance === null) return;
    const tokens = await lockTokensByKey(tx, instanceId, lineageKeys(key));
    // Whoever moves a token takes its alarm away: nobody has been faster.
    if (!(await isDue(tx, id))) return;
    await applyEvent(tx, instance, tokens, key, { type: 'woken' }, facts);
  });
}
