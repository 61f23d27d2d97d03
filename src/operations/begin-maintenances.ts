/** Writes down which maintenances the tokens of an instance have come to wait for. */
import { insertMaintenances } from '../store/maintenances.ts';
import type { Change } from '../workflow/advance.ts';
import type { Tx } from '../store/database.ts';

/** The tokens are written already. */
export async function beginMaintenances(
  tx: Tx,
  instanceId: number,
  changes: readonly Pick<Change, 'token' | 'effects'>[],
): Promise<void> {
  const wanted = changes.flatMap(({ token, effects }) => {
    const asked = effects.find((effect) => effect.type === 'maintain');
    // The same decision may have ended the token again.
    const waits = asked !== undefined && token.status === 'waiting';
    return waits ? [{ key: token.key, name: asked.maintenance }] : [];
  });
  if (wanted.length > 0) await insertMaintenances(tx, instanceId, wanted);
}
