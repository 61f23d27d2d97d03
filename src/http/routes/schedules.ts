/** Schedules and suspend schedules of a definition: read, add, remove. */
import { z } from 'zod';
import { notFound } from '../../errors.ts';
import {
  addSchedule,
  addSuspendSchedule,
  changeSchedules,
  removeSchedule,
  removeSuspendSchedule,
} from '../../operations/change-schedules.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { schedulesOf } from '../../store/schedules.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { editableDefinition } from '../editable-definition.ts';
import { definitionParams, pathId, text } from '../fields.ts';
import { readableDefinition } from '../readable-definition.ts';
import { catchUp, scheduleBodies, scheduleList } from '../schedule-bodies.ts';
import type { Actor } from '../../operations/actor.ts';
import type { ScheduleSet } from '../../operations/schedule-problems.ts';
import type { Tx } from '../../store/database.ts';
import type { HttpContext } from '../http-context.ts';

const path = '/v1/definitions/{id}/schedules';
const suspendPath = '/v1/definitions/{id}/suspend_schedules';
const cron = text.max(1_000).meta({ description: 'Five fields, or a word such as `@daily`.' });
const whole = z.int().min(0).max(1_000_000);
const withSchedule = definitionParams.extend({ schedule_id: pathId('schedule') });
const withSuspend = definitionParams.extend({ suspend_id: pathId('suspend schedule') });
const listed = { description: 'All that it has now.', schema: scheduleList };
const there = { description: 'It is there already.' };

export function schedules(context: HttpContext): ApiRoute[] {
  const { db, facts } = context;

  /** Changes them, and tells what is there then. */
  const change = (
    actor: Actor,
    definitionId: number,
    changeOf: (tx: Tx) => Promise<(before: ScheduleSet) => ScheduleSet>,
  ) =>
    inTransaction(db, async (tx) => {
      await editableDefinition(tx, context, actor, definitionId);
      const wish = { definitionId, version: null, actor };
      await changeSchedules(tx, wish, await changeOf(tx), facts);
      return scheduleBodies(tx, definitionId, facts);
    });

  return [
    apiRoute({
      method: 'GET',
      path,
      summary: 'When a definition is launched, and when not',
      access: 'read',
      params: definitionParams,
      answers: { 200: listed },
      handle: async ({ actor, params }) => {
        const { id } = await readableDefinition(context, actor, params.id);
        return scheduleBodies(db, id, facts);
      },
    }),
    apiRoute({
      method: 'POST',
      path,
      summary: 'Add a schedule',
      access: 'edit',
      params: definitionParams,
      payload: z.strictObject({
        cron,
        time_zone: text.max(100).optional().meta({ description: 'Else the configured one.' }),
        catch_up: catchUp.optional(),
        catch_up_window: whole.optional().meta({ description: 'Minutes.' }),
        catch_up_cap: whole.optional(),
      }),
      answers: { 201: listed, 409: there },
      handle: async ({ actor, params, payload }, h) => {
        const schedule = {
          cron: payload.cron,
          timeZone: payload.time_zone ?? null,
          catchUp: payload.catch_up ?? null,
          catchUpWindow: payload.catch_up_window ?? null,
          catchUpCap: payload.catch_up_cap ?? null,
        };
        const body = await change(actor, params.id, () => Promise.resolve(addSchedule(schedule)));
        return h.response(body).code(201);
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: `${path}/{schedule_id}`,
      summary: 'Remove a schedule',
      description: 'With the last one its suspend schedules go as well.',
      access: 'edit',
      params: withSchedule,
      answers: { 200: listed },
      handle: ({ actor, params: { id, schedule_id: scheduleId } }) =>
        change(actor, id, async (tx) => {
          const known = await schedulesOf(tx, [id]);
          const meant = known.find((schedule) => schedule.id === scheduleId);
          if (meant === undefined) throw notFound(`It has no schedule ${scheduleId}.`);
          return removeSchedule(meant.cron, meant.timeZone);
        }),
    }),
    apiRoute({
      method: 'POST',
      path: suspendPath,
      summary: 'Add a suspend schedule',
      description: 'Its minutes are taken out of the launches.',
      access: 'edit',
      params: definitionParams,
      payload: z.strictObject({ cron }),
      answers: { 201: listed, 409: there },
      handle: async ({ actor, params, payload }, h) => {
        const added = addSuspendSchedule(payload.cron);
        const body = await change(actor, params.id, () => Promise.resolve(added));
        return h.response(body).code(201);
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: `${suspendPath}/{suspend_id}`,
      summary: 'Remove a suspend schedule',
      access: 'edit',
      params: withSuspend,
      answers: { 200: listed },
      handle: ({ actor, params: { id, suspend_id: suspendId } }) =>
        change(actor, id, async (tx) => {
          const [first] = await schedulesOf(tx, [id]);
          const meant = first?.suspends.find((suspend) => suspend.id === suspendId);
          if (meant === undefined) throw notFound(`It has no suspend schedule ${suspendId}.`);
          return removeSuspendSchedule(meant.cron);
        }),
    }),
  ];
}
