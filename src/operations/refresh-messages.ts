/** Brings what Slack shows of an instance up to date: somebody acted on what no longer holds. */
import { insertNotice } from '../store/outbox.ts';
import type { Tx } from '../store/database.ts';

export async function refreshMessages(tx: Tx, instanceId: number): Promise<void> {
  await insertNotice(tx, instanceId, { event: 'refresh', payload: { message: null } });
}
