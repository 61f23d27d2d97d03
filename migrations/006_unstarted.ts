import type { Knex } from 'knex';

const events = [
  'launch',
  'retrying',
  'skipping',
  'finished',
  'cancellation',
  'failure',
  'critical',
  'back_to_normal',
  'long_elapsed_time',
  'refresh',
];
const kinds = ['run', 'failure'];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** Commands that nobody takes: who was told, and how often. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table outbox drop constraint outbox_event_check,
      add check (event in (${quoted([...events, 'unstarted', 'backlog'])}));
    alter table slack_messages drop constraint slack_messages_kind_check,
      add check (kind in (${quoted([...kinds, 'unstarted', 'backlog'])}));

    -- What was told of a queue within an hour, so that a queue that stands still is no flood.
    create table queue_alarms (
      queue text primary key,
      since timestamptz not null default clock_timestamp(),
      told integer not null default 0,
      summed_at timestamptz
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table queue_alarms;
    delete from slack_messages where kind in ('unstarted', 'backlog');
    delete from outbox where event in ('unstarted', 'backlog');
    alter table slack_messages drop constraint slack_messages_kind_check,
      add check (kind in (${quoted(kinds)}));
    alter table outbox drop constraint outbox_event_check,
      add check (event in (${quoted(events)}));
  `);
}
