/** `POST /v1/definitions/:id/instances` launches a definition. */
import { randomUUID } from 'node:crypto';
import { badRequest } from '@hapi/boom';
import type { Request, ServerRoute } from '@hapi/hapi';
import { notFound } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { launch } from '../../operations/launch.ts';
import { findDefinition } from '../../store/definitions.ts';
import { clientActor, strategy } from '../authenticate-client.ts';
import { headerOf } from '../header-of.ts';
import { pathId } from '../path-id.ts';
import { readLaunchEnv } from '../read-launch-env.ts';
import type { HttpContext } from '../http-context.ts';

/** More than a command can be given: Linux takes 128 KB a value and about 2 MB in all. */
const maxBytes = 256 * 1_024;

export function launchInstance({ config, db, facts }: HttpContext): ServerRoute {
  return {
    method: 'POST',
    path: '/v1/definitions/{id}/instances',
    options: { auth: strategy, payload: { parse: false, output: 'data', maxBytes } },
    handler: async (request, h) => {
      const definitionId = pathId('definition', request.params['id']);
      const env = readLaunchEnv(
        request.payload as Buffer | null,
        headerOf(request, 'content-type'),
      );
      const actor = clientActor(request);
      const launchKey = keyOf(request, actor.id, definitionId);
      const launched = await inTransaction(db, async (tx) => {
        const definition = await findDefinition(tx, definitionId);
        if (definition === null) throw notFound(`There is no definition ${definitionId}.`);
        await authorise(tx, { actor, action: 'launch', definition, policy: config.slack });
        const wish = { definitionId, env, actor, from: 'api', launchKey, channel: null } as const;
        const [one] = await launch(tx, [wish], facts);
        if (one === undefined) throw new Error('a launch came back without an instance');
        return one;
      });
      return h.response({ id: launched.instanceId, status: launched.status }).code(201);
    },
  };
}

/** A client that sends its own key may send the same launch again and gets the same instance. */
function keyOf(request: Request, client: string, definitionId: number): string {
  const sent = headerOf(request, 'idempotency-key');
  if (sent === undefined) return `api:${randomUUID()}`;
  if (!/^[\x20-\x7e]{1,255}$/.test(sent)) {
    throw badRequest('Idempotency-Key must be 1 to 255 printable ASCII characters.');
  }
  return ['api', client, definitionId, sent].map((part) => encodeURIComponent(part)).join(':');
}
