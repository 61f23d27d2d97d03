/** What retry, skip, cancel and terminate have in common at the shell. */
import { randomUUID } from 'node:crypto';
import { notFound } from '../errors.ts';
import { authorise } from '../operations/authorise.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { findDefinition } from '../store/definitions.ts';
import { findInstance } from '../store/instances.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';
import type { Actor } from '../operations/actor.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Tx } from '../store/database.ts';
import type { Outside } from './outside.ts';
import type { Json } from './json-option.ts';

interface Wish {
  readonly instanceId: number;
  readonly actor: Actor;
  readonly requestKey: string;
}

/** Authorises, does, and prints what `work` returns once it is committed. */
export function operateInstance(
  outside: Outside,
  instanceId: number,
  work: (tx: Tx, wish: Wish, facts: EngineFacts) => Promise<() => void>,
): Promise<number> {
  return withSession(outside, async ({ config, db, facts, actor }) => {
    const wish = { instanceId, actor, requestKey: `cli:${randomUUID()}` };
    const print = await inTransaction(db, async (tx) => {
      const instance = await findInstance(tx, instanceId);
      if (instance === null) throw notFound(`There is no instance #${instanceId}.`);
      const definition = await findDefinition(tx, instance.definitionId, { deleted: true });
      await authorise(tx, { actor, action: 'operate', definition, policy: config.slack });
      return work(tx, wish, facts);
    });
    print();
    return 0;
  });
}

/** Retry or Skip of the one token that can be meant, or of `--token`. */
export function operateToken(
  outside: Outside,
  instanceId: number,
  { json, token }: Json & { readonly token?: number },
  done: 'retried' | 'skipped',
  operation: (
    tx: Tx,
    wish: Wish & { readonly tokenId?: number },
    facts: EngineFacts,
  ) => Promise<{ readonly tokenId: number }>,
): Promise<number> {
  return operateInstance(outside, instanceId, async (tx, wish, facts) => {
    const meant = token === undefined ? wish : { ...wish, tokenId: token };
    const { tokenId } = await operation(tx, meant, facts);
    return () => {
      if (json) printJson({ instance_id: instanceId, token_id: tokenId });
      else printLine(`#${instanceId} ${done}`);
    };
  });
}
