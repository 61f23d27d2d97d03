/** A definition as Kuroko2 tells it, in our words. */
import { splitTags } from '../operations/split-tags.ts';
import type { Kuroko2Definition } from './kuroko2-definitions.ts';
import type { MovedDefinition } from '../operations/import-definitions.ts';

/** `people`: by their numbers there, an e-mail address or Slack user id each. */
export function movedDefinition(
  told: Kuroko2Definition,
  people: ReadonlyMap<number, string>,
): MovedDefinition {
  const { notify_cancellation: notifyCancellation, prevent_multi: rule } = told;
  const userIds = told.user_id ?? [];
  return {
    id: told.id,
    fields: {
      name: told.name,
      description: withoutReturns(told.description),
      script: withoutReturns(told.script),
      tags: splitTags(told.tags),
      ...(rule !== undefined && { preventMulti: rules[rule] }),
      ...(notifyCancellation !== undefined && { notifyCancellation }),
      ...(told.slack_channel !== undefined && { slackChannel: told.slack_channel || null }),
    },
    suspended: told.suspended ?? null,
    crons: told.cron ?? null,
    admins: userIds.flatMap((id) => people.get(id) ?? []),
    strangers: userIds.filter((id) => !people.has(id)),
  };
}

const rules = ['none', 'working_or_error', 'working', 'error'] as const;

/** What a browser sends between lines means the same, and would show in every file and difference. */
const withoutReturns = (text: string): string => text.replaceAll('\r\n', '\n');
