/** What the API of Kuroko2 does not tell, and what that means for what was read of it. */
import type { Kuroko2Definition } from './kuroko2-definitions.ts';

/** Sentences. `people` are the admins whose address is known. */
export function untold(
  definitions: readonly Kuroko2Definition[],
  people: ReadonlyMap<number, string>,
): string[] {
  const missing = newer.filter((key) => definitions.every((one) => one[key] === undefined));
  const strangers = new Set(definitions.flatMap((one) => one.user_id ?? []));
  for (const id of people.keys()) strangers.delete(id);
  return [
    never,
    ...(definitions.length > 0 && missing.length > 0
      ? [`This version of it does not tell either: ${missing.join(', ')}.`]
      : []),
    ...(strangers.size > 0
      ? [
          `Admins there whose address is not known here: ${[...strangers].toSorted(byNumber).join(', ')}.`,
        ]
      : []),
  ];
}

const never =
  'Its API does not tell: whether the API may launch (new ones: no), suspend schedules, webhook URL, HipChat room, failure text, whether all events are told (new ones: yes), the time zone of its schedules (here: the configured one), revisions, instances. Set them with kuroko export, an editor and kuroko apply; another import leaves them alone.';

/** Told since January 2025, but for the cron: since June 2019. */
const newer = [
  'cron',
  'user_id',
  'notify_cancellation',
  'suspended',
  'prevent_multi',
  'slack_channel',
] as const;

const byNumber = (one: number, other: number): number => one - other;
