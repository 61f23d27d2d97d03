/** Terminate: signals the running command only; its step then fails like any other. */
import { conflict, notFound } from '../errors.ts';
import { doneUnder, insertAudit } from '../store/audit.ts';
import { executionsOf, requestStop } from '../store/executions.ts';
import { lockInstance } from '../store/instances.ts';
import { insertLog } from '../store/logs.ts';
import { auditActor, type Actor } from './actor.ts';
import { lateOrRepeated } from './late.ts';
import { secretsOf } from './secrets-of.ts';
import { firstLine } from '../workflow/first-line.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

export interface TerminateWish {
  readonly instanceId: number;
  /** Left out: the only command that runs. */
  readonly executionId?: number;
  readonly actor: Actor;
  /** Names the wish: the same key again is the same wish. */
  readonly requestKey: string;
}

/** Throws NotFound, or Conflict: nothing runs any more, or several commands can be meant. */
export async function terminate(
  tx: Tx,
  wish: TerminateWish,
  facts: EngineFacts,
): Promise<{ instanceId: number; executionId: number }> {
  const instance = await lockInstance(tx, wish.instanceId);
  if (instance === null) throw notFound(`There is no instance #${wish.instanceId}.`);
  const before = await doneUnder(tx, instance.id, wish.requestKey);
  if (before !== null) return { instanceId: instance.id, executionId: before.executionId ?? 0 };
  const running = (await executionsOf(tx, instance.id)).filter(
    ({ id, status, stopRequestedBy }) =>
      status === 'claimed' &&
      stopRequestedBy === null &&
      (wish.executionId === undefined || id === wish.executionId),
  );
  const [execution] = running;
  if (running.length > 1) {
    throw conflict(
      `${running.length} commands of #${instance.id} run. Say which.`,
      running.map(({ id, path }) => `${id} ${path}`),
    );
  }
  const by = wish.actor.name;
  const asked = execution === undefined ? null : await requestStop(tx, execution.id, by);
  if (execution === undefined || asked === null) {
    const row = await lateOrRepeated(tx, { ...wish, action: 'terminate', instance });
    return { instanceId: instance.id, executionId: row.executionId ?? 0 };
  }
  await insertLog(tx, {
    instanceId: instance.id,
    tokenId: execution.tokenId,
    level: 'WARN',
    message: secretsOf(instance, facts).text(
      `Terminate \`${firstLine(execution.shell)}\` by ${by}.`,
    ),
  });
  await insertAudit(tx, {
    ...auditActor(wish.actor),
    action: 'terminate',
    outcome: 'done',
    definitionId: instance.definitionId,
    instanceId: instance.id,
    tokenId: execution.tokenId,
    executionId: execution.id,
    requestKey: wish.requestKey,
  });
  return { instanceId: instance.id, executionId: execution.id };
}
