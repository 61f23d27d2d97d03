/** `/v1/definitions/:id/hooks`: the addresses that launch a definition from outside. */
import { z } from 'zod';
import { createHook, deleteHook, formerSecretSeconds, rotateHook } from '../../operations/hooks.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { hooksOf, type Hook } from '../../store/hooks.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { editableDefinition } from '../editable-definition.ts';
import { definitionParams, pathId, text, time } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import type { Actor } from '../../operations/actor.ts';
import type { Tx } from '../../store/database.ts';
import type { HttpContext } from '../http-context.ts';

const envName = z.string().regex(/^[A-Za-z_]\w*$/, 'cannot be the name of an environment variable');
const env = z.record(envName, text).meta({
  description:
    'Environment variables, each with the place of its value in the body: `ref`, `commits.0.id`, or a JSON pointer.',
});
const hookResource = z.object({
  id: z.int(),
  name: z.string(),
  url: z.string().meta({ description: 'Address to POST to, below that of the API.' }),
  env,
  created_by: z.string(),
  created_at: time,
  rotated_at: time.nullable(),
  former_secret_until: time.nullable().meta({
    description: 'Until then the secret before the last rotation is taken, too.',
  }),
  last_used_at: time.nullable(),
});
const withSecret = hookResource.extend({
  secret: z.string().meta({ description: 'Shown this once.' }),
});
const hookParams = z.object({ id: pathId('definition'), hook_id: pathId('hook') });
const path = '/v1/definitions/{id}/hooks';

export function hooks(context: HttpContext): ApiRoute[] {
  const { db } = context;
  return [
    apiRoute({
      method: 'GET',
      path,
      summary: 'The hooks of a definition',
      access: 'read',
      params: definitionParams,
      answers: { 200: { description: 'All of them.', schema: z.array(hookResource) } },
      handle: async ({ params, actor }) => {
        const { id } = await readableDefinition(context, actor, params.id);
        return (await hooksOf(db, id)).map(resource);
      },
    }),
    apiRoute({
      method: 'POST',
      path,
      summary: 'Make a hook',
      access: 'edit',
      params: definitionParams,
      payload: z.object({ name: text, env: env.optional() }),
      answers: {
        201: { description: 'It was made.', schema: withSecret },
        409: { description: 'There is one of that name already.' },
      },
      handle: async ({ params, payload, actor }, h) => {
        const mapping = Object.entries(payload.env ?? {}).map(
          ([name, place]) => `${name}=${place}`,
        );
        const made = await changed(context, params.id, actor, (tx, definitionId) =>
          createHook(tx, { definitionId, name: payload.name, mapping, actor }),
        );
        return h.response({ ...resource(made.hook), secret: made.secret }).code(201);
      },
    }),
    apiRoute({
      method: 'POST',
      path: `${path}/{hook_id}/rotate`,
      summary: 'Give a hook a new secret',
      description: `The one before is taken for ${formerSecretSeconds / 60} minutes more.`,
      access: 'edit',
      params: hookParams,
      answers: { 200: { description: 'It has one.', schema: withSecret } },
      handle: async ({ params, actor }) => {
        const { hook, secret } = await changed(context, params.id, actor, (tx, definitionId) =>
          rotateHook(tx, { definitionId, hook: params.hook_id, actor }),
        );
        return { ...resource(hook), secret };
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: `${path}/{hook_id}`,
      summary: 'Remove a hook',
      access: 'edit',
      params: hookParams,
      answers: { 204: { description: 'It launches nothing any more.' } },
      handle: async ({ params, actor }, h) => {
        await changed(context, params.id, actor, (tx, definitionId) =>
          deleteHook(tx, { definitionId, hook: params.hook_id, actor }),
        );
        return h.response().code(204);
      },
    }),
  ];
}

function changed<T>(
  context: HttpContext,
  id: number,
  actor: Actor,
  change: (tx: Tx, definitionId: number) => Promise<T>,
): Promise<T> {
  return inTransaction(context.db, async (tx) => {
    await editableDefinition(tx, context, actor, id);
    return change(tx, id);
  });
}

const resource = (hook: Hook) => ({
  id: hook.id,
  name: hook.name,
  url: `/v1/hooks/${hook.id}`,
  env: hook.mapping,
  created_by: hook.createdBy,
  created_at: hook.createdAt.toISOString(),
  rotated_at: hook.rotatedAt?.toISOString() ?? null,
  former_secret_until: hook.formerUntil?.toISOString() ?? null,
  last_used_at: hook.lastUsedAt?.toISOString() ?? null,
});
