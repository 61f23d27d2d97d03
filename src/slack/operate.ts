/** Retry, skip, cancel and terminate, as a click or a command asks for them. */
import { notFound, UserError } from '../errors.ts';
import { authorise } from '../operations/authorise.ts';
import { cancel } from '../operations/cancel.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { refreshMessages } from '../operations/refresh-messages.ts';
import { retry } from '../operations/retry.ts';
import { skip } from '../operations/skip.ts';
import { terminate } from '../operations/terminate.ts';
import { findDefinition } from '../store/definitions.ts';
import { findInstance } from '../store/instances.ts';
import type { Tx } from '../store/database.ts';
import type { SlackActor } from './serve.ts';
import type { Shell } from './shell.ts';
import type { InstanceVerb } from './verbs.ts';

export interface Operation {
  readonly verb: InstanceVerb;
  readonly instanceId: number;
  /** Of retry and skip; left out: the only step that can be meant. */
  readonly tokenId?: number;
  readonly attempt?: number;
  /** Of retry: the risk was told where it was asked for. */
  readonly risk?: 'accepted';
  /** Of terminate; left out: the only command that runs. */
  readonly executionId?: number;
  readonly requestKey: string;
}

/** Authorises, then takes effect once. Throws as the operations do. */
export async function operate(shell: Shell, actor: SlackActor, wish: Operation): Promise<void> {
  try {
    await inTransaction(shell.db, async (tx) => {
      await mayOperate(shell, tx, actor, wish.instanceId);
      await takeEffect(shell, tx, actor, wish);
    });
  } catch (error) {
    // Whoever comes late was shown what no longer holds: bring it up to date.
    if (error instanceof UserError && error.code === 'conflict') {
      await inTransaction(shell.db, (tx) => refreshMessages(tx, wish.instanceId));
    }
    throw error;
  }
}

async function mayOperate(
  { config }: Shell,
  tx: Tx,
  actor: SlackActor,
  instanceId: number,
): Promise<void> {
  const instance = await findInstance(tx, instanceId);
  if (instance === null) throw notFound(`There is no run #${instanceId}.`);
  const definition = await findDefinition(tx, instance.definitionId, { deleted: true });
  await authorise(tx, { actor, action: 'operate', definition, policy: config.slack });
}

async function takeEffect(
  { facts }: Shell,
  tx: Tx,
  actor: SlackActor,
  { verb, ...ids }: Operation,
): Promise<unknown> {
  const wish = { ...ids, actor };
  switch (verb) {
    case 'retry':
      return retry(tx, wish, facts);
    case 'skip':
      return skip(tx, wish, facts);
    case 'cancel':
      return cancel(tx, wish, facts);
    case 'terminate':
      return terminate(tx, wish, facts);
  }
}
