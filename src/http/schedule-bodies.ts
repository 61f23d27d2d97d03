/** The schedules of a definition as the API tells them. */
import { z } from 'zod';
import { catchUpPolicies } from '../config.ts';
import { shownSchedules } from '../operations/shown-schedules.ts';
import { time } from './fields.ts';
import type { Connection } from '../store/database.ts';
import type { HttpContext } from './http-context.ts';

export const catchUp = z.enum(catchUpPolicies);

export const scheduleList = z.object({
  schedules: z.array(
    z.object({
      id: z.int(),
      cron: z.string(),
      time_zone: z.string().meta({ description: 'The one it goes by.' }),
      catch_up: catchUp.nullable().meta({ description: 'Null, here and below: as configured.' }),
      catch_up_window: z.int().nullable().meta({ description: 'Minutes.' }),
      catch_up_cap: z.int().nullable(),
      next_at: time.nullable(),
      set_aside: z.string().nullable().meta({ description: 'Why it is not launched.' }),
    }),
  ),
  suspend_schedules: z.array(z.object({ id: z.int(), cron: z.string() })),
  launches: z
    .array(z.object({ at: time, cron: z.string(), suspended_by: z.string().nullable() }))
    .meta({ description: 'The next, suspended ones among them.' }),
});

export async function scheduleBodies(
  on: Connection,
  definitionId: number,
  facts: HttpContext['facts'],
): Promise<z.input<typeof scheduleList>> {
  const { schedules, suspends, launches } = await shownSchedules(on, definitionId, facts);
  return {
    schedules: schedules.map((schedule) => ({
      id: schedule.id,
      cron: schedule.cron,
      time_zone: schedule.zone,
      catch_up: schedule.catchUp,
      catch_up_window: schedule.catchUpWindow,
      catch_up_cap: schedule.catchUpCap,
      next_at: schedule.nextDueAt?.toISOString() ?? null,
      set_aside: schedule.setAsideReason,
    })),
    suspend_schedules: suspends.map(({ id, cron }) => ({ id, cron })),
    launches: launches.map(({ at, cron, suspendedBy }) => ({
      at: at.toISOString(),
      cron,
      suspended_by: suspendedBy,
    })),
  };
}
