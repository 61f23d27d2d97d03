/** `POST /v1/definitions/:id/instances` launches a definition. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { authorise } from '../../operations/authorise.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { createLaunchTogether, type TogetherWish } from '../../operations/launch-together.ts';
import { launchOnce } from '../../operations/launch-once.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { definitionParams, idempotencyKey, text } from '../fields.ts';
import { instanceState } from './show-instance.ts';
import type { HttpContext } from '../http-context.ts';

/** More than a command can be given: Linux takes 128 KB a value and about 2 MB in all. */
const maxBytes = 256 * 1_024;

const envName = z.string().regex(/^[A-Za-z_]\w*$/, 'cannot be the name of an environment variable');

export function launchInstance({ config, db, facts }: HttpContext): ApiRoute {
  const launchTogether = createLaunchTogether(db, facts);
  return apiRoute({
    method: 'POST',
    path: '/v1/definitions/{id}/instances',
    summary: 'Launch a definition',
    description:
      'The body may be left out. Other keys than `env` are left alone. A launch that the definition prevents is an instance that is `canceled` from the start.',
    access: 'launch',
    params: definitionParams,
    headers: z.object({
      'idempotency-key': idempotencyKey(
        'the same launch has the same answer for 24 hours, another one is a 409.',
      ),
    }),
    payload: z.object({
      env: z
        .record(envName, text)
        .nullish()
        .meta({ description: 'Added to the environment of every command.' }),
    }),
    mistakes: 400,
    maxBytes,
    answers: {
      201: { description: 'It was launched, or prevented.', schema: instanceState },
      409: { description: 'The Idempotency-Key was used for another launch.' },
    },
    handle: async ({ params, headers, payload, actor }, h) => {
      const definitionId = params.id;
      const key = headers['idempotency-key'];
      const wish: TogetherWish = {
        definitionId,
        env: payload.env ?? {},
        actor,
        from: 'api',
        // Known before the transaction: done once more after a lost connection, it is the same wish.
        launchKey: `api:${randomUUID()}`,
        channel: null,
        authorise: (tx, definition) =>
          authorise(tx, { actor, action: 'launch', definition, policy: config.slack }),
      };
      const launched =
        key === undefined
          ? await launchTogether(wish)
          : await inTransaction(db, (tx) => launchOnce(tx, wish, key, facts));
      const answer = h.response({ id: launched.instanceId, status: launched.status }).code(201);
      return launched.repeated ? answer.header('idempotency-replayed', 'true') : answer;
    },
  });
}
