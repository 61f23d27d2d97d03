/** What became of the launches of a definition: the ledger, and why at a minute. */
import { z } from 'zod';
import { askWhy } from '../../operations/ask-why.ts';
import { ledgerOf } from '../../store/ledger.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { cursor, cursorText, nextCursor } from '../cursor.ts';
import { definitionParams, id, limit, text, time } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import type { HttpContext } from '../http-context.ts';

const entry = z.object({
  schedule_id: z.int(),
  cron: z.string(),
  from: time,
  to: time,
  count: z.int().meta({ description: 'Due minutes, the first `from`, the last `to`.' }),
  outcome: z.enum(['launched', 'prevented', 'suspended', 'merged', 'skipped']),
  because: z
    .enum(['window', 'policy', 'cap', 'set_aside'])
    .nullable()
    .meta({ description: 'Of skipped.' }),
  instance_id: z.int().nullable(),
  prevented_by: z.int().nullable(),
  merged_into: time.nullable(),
  suspended_by: z.string().nullable(),
  missed: z.boolean().meta({ description: 'Nothing was running when they came due.' }),
});

export const ledger = (context: HttpContext): ApiRoute[] => [
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/ledger',
    summary: 'What became of every due minute',
    description: 'Newest first; schedules that were removed included.',
    access: 'read',
    params: definitionParams,
    query: z.strictObject({
      cursor: cursor(z.tuple([z.iso.datetime(), id])).optional(),
      limit: limit.optional(),
    }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({ ledger: z.array(entry), next_cursor: nextCursor }),
      },
    },
    handle: async ({ actor, params, query: { cursor: after, limit: most = 100 } }) => {
      const definition = await readableDefinition(context, actor, params.id, { deleted: true });
      const before =
        after === undefined ? null : { toAt: new Date(after[0]), scheduleId: after[1] };
      const rows = await ledgerOf(context.db, definition.id, most, before);
      const last = rows.at(-1);
      return {
        ledger: rows.map((row) => ({
          schedule_id: row.scheduleId,
          cron: row.cron,
          from: row.fromAt.toISOString(),
          to: row.toAt.toISOString(),
          count: row.count,
          outcome: row.outcome,
          because: row.because,
          instance_id: row.instanceId,
          prevented_by: row.preventedBy,
          merged_into: row.mergedInto?.toISOString() ?? null,
          suspended_by: row.suspendCron,
          missed: row.missed,
        })),
        next_cursor:
          rows.length < most || last === undefined
            ? null
            : cursorText([last.toAt.toISOString(), last.scheduleId]),
      };
    },
  }),
  apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/why',
    summary: 'Why it was launched at a time, or was not',
    access: 'read',
    params: definitionParams,
    query: z.strictObject({
      at: text.max(100).meta({
        description: 'As people type it (`yesterday 02:30`), or ISO 8601; else in its own zone.',
      }),
    }),
    answers: {
      200: {
        description: 'An answer of each schedule that it concerns.',
        schema: z.object({
          moments: z.array(z.object({ at: z.string(), time_zone: z.string() })),
          answers: z.array(
            z.object({
              cron: z.string(),
              time_zone: z.string(),
              outcome: z
                .looseObject({ type: z.string() })
                .meta({ description: 'What became of it, and by what.' }),
            }),
          ),
        }),
      },
    },
    handle: async ({ actor, params, query }) => {
      const { id: definitionId } = await readableDefinition(context, actor, params.id);
      const told = await askWhy(context.db, definitionId, query.at, context.facts);
      return {
        moments: told.moments.map(({ text: at, timeZone }) => ({ at, time_zone: timeZone })),
        answers: told.answers.map(({ cron, timeZone, outcome }) => ({
          cron,
          time_zone: timeZone,
          outcome: snakeCased(outcome),
        })),
      };
    },
  }),
];

const snakeCased = (values: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
