/** `GET /v1/deliveries`, one of them, and what can be done about it: what was sent to targets besides Slack. */
import { z } from 'zod';
import { notFound } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import {
  sendAgain,
  switchEndpointOn,
  testEndpoint,
  type DeliveryWish,
} from '../../operations/operate-delivery.ts';
import {
  findDelivery,
  listDeliveries,
  type DeliveryDetails,
  type ListedDelivery,
} from '../../store/listed-deliveries.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { cursor, cursorText, nextCursor } from '../cursor.ts';
import { id, limit, pathId, queryNumber, text, time } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import type { ApiScope } from '../../config.ts';
import type { Actor } from '../../operations/actor.ts';
import type { Tx } from '../../store/database.ts';
import type { HttpContext } from '../http-context.ts';

const delivery = z.object({
  id: z.int(),
  key: z.string().meta({ description: 'The receiver has seen it as `X-Kuroko2-Id`.' }),
  target: z.string(),
  endpoint: z.string().meta({ description: 'Without what only its owner should know.' }),
  event: z.string(),
  subject: z.string(),
  definition_id: z.int().nullable(),
  instance_id: z.int().nullable(),
  state: z.enum(['open', 'delivered', 'dead']),
  attempts: z.int(),
  created_at: time,
  next_attempt_at: time.nullable(),
  ended_at: time.nullable(),
  reason: z.string().nullable().meta({ description: 'Why it did not arrive, the last time.' }),
  switched_off: z.boolean().meta({ description: 'Nothing is sent to its endpoint any more.' }),
});

const attempt = z.object({
  at: time,
  milliseconds: z.int(),
  outcome: z.enum(['delivered', 'again', 'final']),
  status: z.int().nullable(),
  answer: z.string().nullable().meta({ description: 'Its beginning.' }),
  reason: z.string().nullable(),
});

const details = delivery.extend({
  headers: z.record(z.string(), z.string()),
  body: z.string().meta({ description: 'As it is sent, byte for byte.' }),
  log: z.array(attempt).meta({ description: 'Each time that it was tried, the last one first.' }),
});

const deliveryParams = z.object({ delivery_id: pathId('delivery') });
const someId = queryNumber(1, Number.MAX_SAFE_INTEGER, 'Only of this one.');

export const deliveries = (context: HttpContext): ApiRoute[] => [
  list(context),
  show(context),
  deed(context, 'send-again', 'operate', 'Send it again, the same as before', sendAgain),
  deed(context, 'switch-on', 'administer', 'Send to its endpoint again', switchEndpointOn),
  test(context),
];

const list = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/deliveries',
    summary: 'What was sent to webhooks and other targets',
    description: 'Newest first. A key that is for some tags has to say which definition.',
    access: 'read',
    query: z.strictObject({
      definition_id: someId.optional(),
      instance_id: someId.optional(),
      test: someId.optional(),
      dead: z.enum(['true', 'false']).optional(),
      cursor: cursor(z.tuple([id])).optional(),
      limit: limit.optional(),
    }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ deliveries: z.array(delivery), next_cursor: nextCursor }),
      },
    },
    handle: async ({ actor, query }) => {
      const { definition_id: definitionId, instance_id: instanceId, test: noticeId } = query;
      const { cursor: after, limit: most = 100 } = query;
      if (definitionId === undefined) await readAll(context, actor);
      else await readableDefinition(context, actor, definitionId, { deleted: true });
      const rows = await listDeliveries(context.db, {
        ...(definitionId !== undefined && { definitionId }),
        ...(instanceId !== undefined && { instanceId }),
        ...(noticeId !== undefined && { noticeId }),
        dead: query.dead === 'true',
        ...(after !== undefined && { before: after[0] }),
        limit: most,
      });
      const last = rows.at(-1);
      return {
        deliveries: rows.map(bodyOf),
        next_cursor: rows.length < most || last === undefined ? null : cursorText([last.id]),
      };
    },
  });

const show = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/deliveries/{delivery_id}',
    summary: 'One of them, with what is sent and how it went each time',
    access: 'read',
    params: deliveryParams,
    answers: { 200: { description: 'The delivery.', schema: details } },
    handle: async ({ actor, params: { delivery_id: deliveryId } }) =>
      detailsOf(await readableDelivery(context, actor, deliveryId)),
  });

function deed(
  context: HttpContext,
  name: 'send-again' | 'switch-on',
  access: ApiScope,
  summary: string,
  work: (tx: Tx, wish: DeliveryWish) => Promise<void>,
): ApiRoute {
  const { config, db } = context;
  return apiRoute({
    method: 'POST',
    path: `/v1/deliveries/{delivery_id}/${name}`,
    summary,
    access,
    params: deliveryParams,
    payload: z.strictObject({}),
    answers: {
      200: { description: 'It was done; how the delivery is now.', schema: delivery },
      409: { description: 'Nothing is there to be done.' },
    },
    handle: async ({ actor, params: { delivery_id: deliveryId } }) => {
      await inTransaction(db, (tx) => work(tx, { deliveryId, actor, policy: config.slack }));
      const now = await findDelivery(db, deliveryId);
      if (now === null) throw notFound(`There is no delivery ${deliveryId} any more.`);
      return bodyOf(now);
    },
  });
}

const test = ({ config, db }: HttpContext): ApiRoute =>
  apiRoute({
    method: 'POST',
    path: '/v1/deliveries/test',
    summary: 'Send something, to see whether it arrives',
    description: 'To an endpoint, or to where a definition has its things told by that target.',
    access: 'administer',
    payload: z.strictObject({
      target: text.meta({ description: 'Such as `webhook`.' }),
      endpoint: text.optional(),
      definition_id: id.optional(),
    }),
    answers: {
      202: {
        description: 'What comes of it: `GET /v1/deliveries?test=...`',
        schema: z.object({ test: z.int() }),
      },
    },
    handle: async ({ actor, payload }, h) => {
      const { target, endpoint = null, definition_id: definitionId = null } = payload;
      const wish = { target, endpoint, definitionId, actor, policy: config.slack };
      const noticeId = await inTransaction(db, (tx) => testEndpoint(tx, wish));
      return h.response({ test: noticeId }).code(202);
    },
  });

const readAll = ({ config, db }: HttpContext, actor: Actor): Promise<void> =>
  authorise(db, { actor, action: 'read', definition: null, policy: config.slack });

async function readableDelivery(
  context: HttpContext,
  actor: Actor,
  deliveryId: number,
): Promise<DeliveryDetails> {
  const found = await findDelivery(context.db, deliveryId);
  if (found === null) throw notFound(`There is no delivery ${deliveryId}.`);
  if (found.definitionId === null) await readAll(context, actor);
  else await readableDefinition(context, actor, found.definitionId, { deleted: true });
  return found;
}

const bodyOf = (row: ListedDelivery): z.input<typeof delivery> => ({
  id: row.id,
  key: row.key,
  target: row.target,
  endpoint: row.endpoint,
  event: row.event,
  subject: row.subject,
  definition_id: row.definitionId,
  instance_id: row.instanceId,
  state: row.state,
  attempts: row.attempts,
  created_at: row.createdAt.toISOString(),
  next_attempt_at: row.availableAt?.toISOString() ?? null,
  ended_at: row.endedAt?.toISOString() ?? null,
  reason: row.reason,
  switched_off: row.switchedOff,
});

const detailsOf = (row: DeliveryDetails): z.input<typeof details> => ({
  ...bodyOf(row),
  headers: { ...row.request.headers },
  body: row.request.body,
  log: row.log.map(({ at, milliseconds, outcome, status, answer, reason }) => ({
    at: at.toISOString(),
    milliseconds,
    outcome,
    status,
    answer,
    reason,
  })),
});
