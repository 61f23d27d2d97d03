/** The whole environment of a command, later wins: executor, script, then what Kuroko says of it. */
import type { Claim } from '../store/executions.ts';

/**
 * HOME, PATH and LANG of the executor, then the execution's own (custom task, launch, script), then
 * `KUROKO2_*`, which nothing can overwrite.
 */
export function commandEnvironment(
  claim: Pick<Claim, 'env' | 'definitionId' | 'definitionName' | 'instanceId' | 'launchedAt'>,
  executor: Readonly<Record<string, string | undefined>>,
  timeZone: string,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ['HOME', 'PATH', 'LANG']) {
    const value = executor[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    ...claim.env,
    KUROKO2_JOB_DEFINITION_ID: String(claim.definitionId),
    KUROKO2_JOB_DEFINITION_NAME: claim.definitionName,
    KUROKO2_JOB_INSTANCE_ID: String(claim.instanceId),
    KUROKO2_LAUNCHED_TIME: isoInZone(claim.launchedAt, timeZone),
  };
}

/** `2016-04-20T16:29:57.302+09:00`; `Z` in UTC, but `+00:00` in a London winter, as Rails has it. */
function isoInZone(at: Date, timeZone: string): string {
  const parts = formatOf(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((candidate) => candidate.type === type)?.value ?? '';
  const isUtc = /^(Etc\/)?(UTC|UCT|Zulu|Universal)$/i.test(timeZone);
  const offset = isUtc ? 'Z' : part('timeZoneName').replace('GMT', '') || '+00:00';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  const time = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`;
  return `${date}T${time}${offset}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept: making one takes 0.3 ms, a tenth of what a whole step costs. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'longOffset',
  });
  formats.set(timeZone, format);
  return format;
}
