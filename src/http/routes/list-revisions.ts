/** `GET /v1/definitions/:id/revisions`: who made it what it is, newest first. */
import { z } from 'zod';
import { revisionsOf } from '../../store/audit.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { cursor, cursorText, nextCursor } from '../cursor.ts';
import { definitionParams, id, limit, time } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import type { HttpContext } from '../http-context.ts';

const revision = z.object({
  at: time,
  by: z.string(),
  action: z
    .string()
    .meta({ description: '`create`, `edit`, `schedule`, `suspend`, `resume`, `delete`.' }),
  changes: z
    .array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() }))
    .meta({ description: 'Secrets are masked.' }),
});

export const listRevisions = (context: HttpContext): ApiRoute =>
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/revisions',
    summary: 'Who made a definition what it is',
    description: 'Newest first.',
    access: 'read',
    params: definitionParams,
    query: z.strictObject({ cursor: cursor(z.tuple([id])).optional(), limit: limit.optional() }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ revisions: z.array(revision), next_cursor: nextCursor }),
      },
    },
    handle: async ({ actor, params, query: { cursor: after, limit: most = 100 } }) => {
      const definition = await readableDefinition(context, actor, params.id, { deleted: true });
      const rows = await revisionsOf(context.db, definition.id, after?.[0] ?? null, most);
      const last = rows.at(-1);
      return {
        revisions: rows.map(({ at, actorName, action, before, after: now }) => ({
          at: at.toISOString(),
          by: actorName,
          action,
          changes: changesBetween(before, now),
        })),
        next_cursor: rows.length < most || last === undefined ? null : cursorText([last.id]),
      };
    },
  });

type Fields = Readonly<Record<string, unknown>>;

/** Of a new one every field. */
function changesBetween(before: unknown, after: unknown): z.input<typeof revision>['changes'] {
  const [was, is] = [(before ?? {}) as Fields, (after ?? {}) as Fields];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((field) => field !== 'version')
    .filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    .map((field) => ({
      field: field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      before: was[field] ?? null,
      after: is[field] ?? null,
    }));
}
