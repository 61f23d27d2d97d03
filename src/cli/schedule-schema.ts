/** The keys `schedules` and `suspend_schedules` of a definition file. */
import { z } from 'zod';
import {
  catchUpMinutes,
  catchUpPolicies,
  highestCatchUpCap,
  longestCatchUpWindow,
} from '../config.ts';
import { timeZoneProblem } from '../operations/time-zone-problem.ts';
import { parseCron } from '../schedule/parse-cron.ts';
import type { ScheduleFields } from '../store/schedules.ts';

const cron = z.string('must be a cron such as "30 2 * * *".').superRefine((text, context) => {
  const parsed = parseCron(text.trim());
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem.message });
});
const zone = z.string('must be a time zone such as Europe/Berlin.').superRefine((name, context) => {
  const problem = timeZoneProblem(name);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});
const policyMessage = 'must be latest, all or none.';
const policy = z.enum(catchUpPolicies, policyMessage);
const windowMessage = `must be N, Nm or Nh, at most ${longestCatchUpWindow} minutes.`;
const window = z
  .union([z.string(), z.int()], windowMessage)
  .transform((value) => catchUpMinutes(String(value)))
  .refine((minutes) => minutes !== null, windowMessage);
const capMessage = `must be a number of launches from 1 to ${highestCatchUpCap}.`;
const cap = z.int(capMessage).min(1, capMessage).max(highestCatchUpCap, capMessage);

/** A policy alone, or with its limits; what is left out is as configured. */
const catchUp = z.preprocess(
  (value) => (typeof value === 'string' ? { policy: value } : value),
  z.strictObject(
    { policy: policy.optional(), window: window.optional(), cap: cap.optional() },
    policyMessage,
  ),
);

const schedule = z.preprocess(
  (value) => (typeof value === 'string' ? { cron: value } : value),
  z.strictObject(
    { cron, time_zone: zone.nullish(), catch_up: catchUp.nullish() },
    'must be a cron, or {cron, time_zone, catch_up}.',
  ),
);

/** An empty one is none. */
export const schedulesSchema = z
  .array(schedule, 'must be a list of crons.')
  .nullable()
  .transform((given) => (given ?? []).map(fieldsOf));

export const suspendSchedulesSchema = z
  .array(cron, 'must be a list of crons.')
  .nullable()
  .transform((given) => given ?? []);

function fieldsOf({
  cron: text,
  time_zone: own,
  catch_up: missed,
}: z.infer<typeof schedule>): ScheduleFields {
  return {
    cron: text,
    timeZone: own ?? null,
    catchUp: missed?.policy ?? null,
    catchUpWindow: missed?.window ?? null,
    catchUpCap: missed?.cap ?? null,
  };
}
