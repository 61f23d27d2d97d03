/**
 * Retries a lost command by itself: where its definition asks for it (`retry_lost`), and only once
 * its process group is proven to be empty, so that nothing runs twice.
 */
import { insertAudit, systemRetriesInARow } from '../store/audit.ts';
import { insertLog } from '../store/logs.ts';
import { lockTokens } from '../store/tokens.ts';
import { auditActor, type Actor } from './actor.ts';
import { applyEvent } from './apply-event.ts';
import { secretsOf } from './secrets-of.ts';
import { refreshMessages } from './refresh-messages.ts';
import { firstLine } from '../workflow/first-line.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';
import type { LostRow } from '../store/executions.ts';
import type { Instance } from '../store/instances.ts';

/** A retry that will be made unless somebody is faster. */
export interface RetryPlan {
  readonly lost: LostRow;
  /** 1 for the first in a row. */
  readonly number: number;
}

/** In a row for the same step, until a person has a say: what is lost so often is not the host's fault. */
const mostInARow = 3;

const actor: Actor = { kind: 'system', id: 'retry_lost', name: 'Kuroko' };

/** Null when it is left to a person. The instance is locked. */
export async function planRetry(
  tx: Tx,
  instance: Instance,
  lost: LostRow,
  groupEmptyAt: Date | null,
): Promise<RetryPlan | null> {
  if (!instance.retryLost || groupEmptyAt === null) return null;
  // Somebody wanted it to end: it has.
  if (lost.stopRequestedBy !== null) return null;
  const before = await systemRetriesInARow(tx, instance.id, lost.tokenId, lost.path);
  return before < mostInARow ? { lost, number: before + 1 } : null;
}

/** False when the failed step is no longer as the loss left it: somebody was faster. */
export async function retryLost(
  tx: Tx,
  instance: Instance,
  { lost, number }: RetryPlan,
  facts: EngineFacts,
): Promise<boolean> {
  const tokens = await lockTokens(tx, instance.id);
  const token = tokens.find(({ id }) => id === lost.tokenId);
  const asLeft =
    token?.status === 'failure' && token.attempt === lost.attempt + 1 && token.path === lost.path;
  if (!asLeft) return false;
  const { id: tokenId, attempt, status, path } = token;
  const { name: by } = actor;
  await insertLog(tx, {
    instanceId: instance.id,
    tokenId,
    level: 'INFO',
    message: secretsOf(instance, facts).text(
      `Nothing of \`${firstLine(lost.shell)}\` runs any more: it is retried by itself (${number} of ${mostInARow}).`,
    ),
  });
  await applyEvent(tx, instance, tokens, token.key, { type: 'retry', by }, facts, {
    by,
    tell: 'nobody',
  });
  await insertAudit(tx, {
    ...auditActor(actor),
    action: 'retry',
    outcome: 'done',
    reason: 'retry_lost',
    definitionId: instance.definitionId,
    instanceId: instance.id,
    tokenId,
    attempt,
    executionId: lost.executionId,
    requestKey: `retry_lost:${lost.executionId}`,
    before: { status, path },
  });
  await refreshMessages(tx, instance.id);
  return true;
}
