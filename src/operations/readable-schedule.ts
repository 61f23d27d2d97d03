/** A stored schedule, as the core reads it. */
import { parseCron } from '../schedule/parse-cron.ts';
import { timeZone } from '../schedule/time-zone.ts';
import type { CatchUp } from '../schedule/account-for.ts';
import type { Cron } from '../schedule/cron.ts';
import type { Schedule } from '../schedule/suspension.ts';
import type { TimeZone } from '../schedule/time-zone.ts';
import type { PlannedSchedule, ScheduleFields } from '../store/schedules.ts';
import type { EngineFacts } from './engine-facts.ts';

export type ScheduleFacts = Pick<EngineFacts, 'timeZone' | 'catchUp'>;

export interface ReadableSchedule extends Schedule {
  /** The definition is. */
  readonly suspended: boolean;
}

type Readable = Pick<
  PlannedSchedule,
  'cron' | 'timeZone' | 'configuredZone' | 'suspended' | 'suspends'
>;

/** Throws, with a sentence, where another version has saved what this one does not know. */
export function readableSchedule(stored: Readable, facts: ScheduleFacts): ReadableSchedule {
  return {
    cron: cronOf(stored.cron),
    zone: zoneOf(stored, facts),
    suspends: stored.suspends.map(({ id, cron }) => ({ id, cron: cronOf(cron) })),
    suspended: stored.suspended,
  };
}

/** What it says itself, else what is configured, each for itself. */
export function catchUpOf(
  { catchUp, catchUpWindow, catchUpCap }: ScheduleFields,
  facts: ScheduleFacts,
): CatchUp {
  return {
    policy: catchUp ?? facts.catchUp.policy,
    window: catchUpWindow ?? facts.catchUp.window,
    cap: catchUpCap ?? facts.catchUp.cap,
  };
}

const kept = new Map<string, Cron>();
const mostKept = 1_000;

function cronOf(text: string): Cron {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const parsed = parseCron(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
  kept.set(text, parsed.cron);
  return parsed.cron;
}

/** What was published is what all hosts go by, however old the configuration is that one has read. */
function zoneOf({ timeZone: own, configuredZone }: Readable, facts: ScheduleFacts): TimeZone {
  const name = own ?? configuredZone ?? facts.timeZone;
  const zone = timeZone(name);
  if (zone === undefined) throw new Error(`There is no time zone \`${name}\`.`);
  return zone;
}
