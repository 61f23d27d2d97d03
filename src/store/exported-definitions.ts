/** Definitions with all that belongs to them, as they are at one moment. */
import type { Connection } from './database.ts';
import type { DefinitionFields } from './definitions.ts';
import type { ScheduleFields } from './schedules.ts';

export interface ExportedDefinition extends DefinitionFields {
  readonly id: number;
  /** E-mail addresses, else Slack user ids. */
  readonly admins: readonly string[];
  /** In the order they came. */
  readonly schedules: readonly ScheduleFields[];
  readonly suspendSchedules: readonly string[];
}

/** All that are not deleted, by id. */
export function exportedDefinitions(on: Connection): Promise<ExportedDefinition[]> {
  return on.query(
    `select id, name, description, script, tags, suspended, prevent_multi, notify_all_events,
       notify_cancellation, slack_channel, webhook_url, hipchat_room, failure_text, api_allowed,
       retry_lost, kill_grace,
       array(select coalesce(u.email, u.slack_user_id) from definition_admins a
         join users u on u.id = a.user_id where a.definition_id = d.id order by u.id) as admins,
       coalesce((select jsonb_agg(jsonb_build_object('cron', s.cron, 'timeZone', s.time_zone,
           'catchUp', s.catch_up, 'catchUpWindow', s.catch_up_window, 'catchUpCap', s.catch_up_cap)
           order by s.id)
         from schedules s where s.definition_id = d.id and s.removed_at is null), '[]') as schedules,
       array(select x.cron from suspend_schedules x where x.definition_id = d.id order by x.id)
         as suspend_schedules
     from definitions d where deleted_at is null order by id`,
  );
}
