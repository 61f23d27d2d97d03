/** `POST .../instances/:instance_id/retry`, `skip`, `cancel` and `terminate`. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { notFound } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { cancel } from '../../operations/cancel.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { retry } from '../../operations/retry.ts';
import { skip } from '../../operations/skip.ts';
import { terminate } from '../../operations/terminate.ts';
import { findDefinition } from '../../store/definitions.ts';
import { findInstance } from '../../store/instances.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { id, idempotencyKey, instanceParams } from '../fields.ts';
import { instanceState } from './show-instance.ts';
import type { Actor } from '../../operations/actor.ts';
import type { EngineFacts } from '../../operations/engine-facts.ts';
import type { Tx } from '../../store/database.ts';
import type { HttpContext } from '../http-context.ts';

const token = id.optional().meta({ description: 'The step that is meant; else the only one.' });
const attempt = z
  .int()
  .min(0)
  .max(2_147_483_647)
  .optional()
  .meta({ description: 'Of the step: only if it is still at this one.' });

export const operateInstance = (context: HttpContext): ApiRoute[] => [
  operation(context, {
    name: 'retry',
    summary: 'Go on from the failed step',
    payload: z.strictObject({
      token,
      attempt,
      accept_risk: z.boolean().optional().meta({
        description: 'The command was lost and may still run: run it twice, if need be.',
      }),
    }),
    work: (tx, wish, { token: tokenId, attempt: at, accept_risk: accepted }, facts) =>
      retry(
        tx,
        { ...wish, ...meant(tokenId, at), ...(accepted === true && { risk: 'accepted' }) },
        facts,
      ),
  }),
  operation(context, {
    name: 'skip',
    summary: 'Go on after the failed or waiting step',
    payload: z.strictObject({ token, attempt }),
    work: (tx, wish, { token: tokenId, attempt: at }, facts) =>
      skip(tx, { ...wish, ...meant(tokenId, at) }, facts),
  }),
  operation(context, {
    name: 'cancel',
    summary: 'Stop the instance, and what it has launched',
    payload: z.strictObject({}),
    work: (tx, wish, _, facts) => cancel(tx, wish, facts),
  }),
  operation(context, {
    name: 'terminate',
    summary: 'Stop the running command only',
    payload: z.strictObject({
      execution: id
        .optional()
        .meta({ description: 'The command that is meant; else the only one.' }),
    }),
    work: (tx, wish, { execution }, facts) =>
      terminate(tx, { ...wish, ...(execution !== undefined && { executionId: execution }) }, facts),
  }),
];

interface Wish {
  readonly instanceId: number;
  readonly actor: Actor;
  readonly requestKey: string;
}

interface Operation<Payload> {
  readonly name: 'retry' | 'skip' | 'cancel' | 'terminate';
  readonly summary: string;
  readonly payload: z.ZodType<Payload>;
  readonly work: (tx: Tx, wish: Wish, payload: Payload, facts: EngineFacts) => Promise<unknown>;
}

function operation<Payload>(
  { config, db, facts }: HttpContext,
  { name, summary, payload, work }: Operation<Payload>,
): ApiRoute {
  return apiRoute({
    method: 'POST',
    path: `/v1/definitions/{id}/instances/{instance_id}/${name}`,
    summary,
    description:
      'The body may be left out where only one step or command can be meant. The definition must allow the API.',
    access: 'operate',
    params: instanceParams,
    headers: z.object({ 'idempotency-key': idempotencyKey('It takes effect once.') }),
    payload,
    answers: {
      200: { description: 'It was done; how the instance is now.', schema: instanceState },
      409: {
        description: 'Somebody was first, nothing is there to be done, or several can be meant.',
      },
    },
    handle: async ({ actor, params, headers, payload: given }) => {
      const { id: definitionId, instance_id: instanceId } = params;
      const key = headers['idempotency-key'] ?? randomUUID();
      const requestKey = ['api', actor.id, name, key].map(encodeURIComponent).join(':');
      return inTransaction(db, async (tx) => {
        const definition = await findDefinition(tx, definitionId, { deleted: true });
        const before = await findInstance(tx, instanceId);
        if (definition === null || before?.definitionId !== definitionId) {
          throw notFound(`Definition ${definitionId} has no instance ${instanceId}.`);
        }
        await authorise(tx, { actor, action: 'operate', definition, policy: config.slack });
        await work(tx, { instanceId, actor, requestKey }, given, facts);
        const after = await findInstance(tx, instanceId);
        return { id: instanceId, status: after?.status ?? before.status };
      });
    },
  });
}

const meant = (tokenId: number | undefined, at: number | undefined) => ({
  ...(tokenId !== undefined && { tokenId }),
  ...(at !== undefined && { attempt: at }),
});
