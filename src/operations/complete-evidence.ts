/** What a host finds out, when it is back, of a command that others had written off. */
import { completeLost } from '../store/executions.ts';
import { lockInstance } from '../store/instances.ts';
import { insertLog } from '../store/logs.ts';
import { planRetry, retryLost } from './retry-lost.ts';
import { secretsOf } from './secrets-of.ts';
import { refreshMessages } from './refresh-messages.ts';
import { firstLine } from '../workflow/first-line.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';
import type { Evidence } from './lose.ts';

/**
 * Writes the evidence down, for log and messages; the step is retried where that was only a question
 * of proof. False when the group was proven to be empty before, or nothing new is known.
 */
export async function completeEvidence(
  tx: Tx,
  found: Evidence & { readonly executionId: number; readonly instanceId: number },
  facts: EngineFacts,
): Promise<boolean> {
  const instance = await lockInstance(tx, found.instanceId);
  const lost = instance === null ? null : await completeLost(tx, found);
  if (instance === null || lost === null) return false;
  await insertLog(tx, {
    instanceId: instance.id,
    tokenId: lost.tokenId,
    level: found.groupEmptyAt === null ? 'WARN' : 'INFO',
    message: secretsOf(instance, facts).text(
      `Of the lost \`${firstLine(lost.shell)}\` is known now: ${found.evidence}`,
    ),
  });
  const open = instance.status === 'working' || instance.status === 'error';
  const plan = open ? await planRetry(tx, instance, lost, found.groupEmptyAt) : null;
  const retried = plan !== null && (await retryLost(tx, instance, plan, facts));
  if (!retried) await refreshMessages(tx, instance.id);
  return true;
}
