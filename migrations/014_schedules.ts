import type { Knex } from 'knex';

/** What becomes of every due minute of every schedule. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table schedules
      -- Of the configured ones where null: minutes before now that are caught up with; launches at most.
      add catch_up_window integer check (catch_up_window between 0 and 525600),
      add catch_up_cap integer check (catch_up_cap between 1 and 1000),
      -- Its time on the ledger begins after this minute.
      add since timestamptz not null default date_trunc('minute', clock_timestamp(), 'UTC'),
      -- Every due minute after \`since\`, up to and with this one, has its row in the ledger. It only goes
      -- forward.
      add watermark timestamptz not null default date_trunc('minute', clock_timestamp(), 'UTC'),
      -- The first due minute after the watermark; null: there is none, it is set aside, or removed.
      add next_due_at timestamptz,
      -- It cannot be accounted for, and holds up nobody: why, until it is saved anew.
      add set_aside_at timestamptz,
      add set_aside_reason text,
      -- What became of its minutes stays to be asked for.
      add removed_at timestamptz,
      add check (since <= watermark),
      add check ((set_aside_at is null) = (set_aside_reason is null)),
      add check (next_due_at is null or set_aside_at is null and removed_at is null);
    drop index schedules_once;
    create unique index schedules_once on schedules (definition_id, cron, coalesce(time_zone, ''))
      where removed_at is null;
    create index schedules_definition on schedules (definition_id);
    create index schedules_due on schedules (next_due_at, id) where next_due_at is not null;

    -- One row for each due minute, or for a run of them with one outcome: \`count\` minutes, the first
    -- \`from_at\`, the last \`to_at\`. Minutes of two rows of a schedule never mix.
    create table ledger (
      schedule_id bigint not null references schedules on delete cascade,
      from_at timestamptz not null,
      to_at timestamptz not null,
      count integer not null check (count > 0),
      outcome text not null
        check (outcome in ('launched', 'prevented', 'suspended', 'merged', 'skipped')),
      -- Of skipped.
      because text check (because in ('window', 'policy', 'cap', 'set_aside')),
      -- The instance that was launched, or prevented. It may be older than instances are kept.
      instance_id bigint,
      -- The one that stood in its way.
      prevented_by bigint,
      -- The minute whose launch was for these as well.
      merged_into timestamptz,
      -- Of suspended; null: the definition was.
      suspend_cron text,
      -- Nothing was running when they came due.
      missed boolean not null default false,
      told_at timestamptz,
      accounted_at timestamptz not null default clock_timestamp(),
      primary key (schedule_id, from_at),
      check (from_at <= to_at),
      check (count = 1 or from_at < to_at and outcome in ('suspended', 'merged', 'skipped')),
      check ((outcome = 'skipped') = (because is not null)),
      check ((outcome = 'merged') = (merged_into is not null)),
      check ((outcome in ('launched', 'prevented')) = (instance_id is not null)),
      check ((outcome = 'prevented') = (prevented_by is not null)),
      check (suspend_cron is null or outcome = 'suspended')
    );
    create index ledger_untold on ledger (accounted_at) where missed and told_at is null;

    -- Every day's ledger, counted again by other means: how many minutes were due, how many have a row.
    create table recounts (
      day date primary key,
      due bigint,
      accounted bigint,
      differences jsonb not null default '[]',
      begun_at timestamptz not null default clock_timestamp(),
      counted_at timestamptz
    );

    -- What is told of schedules is told of no instance.
    alter table outbox
      alter instance_id drop not null,
      add definition_id bigint references definitions on delete cascade,
      drop constraint outbox_event_check,
      add check (event in (${quoted([...events, ...eventsOfSchedules])})),
      add constraint outbox_about check
        (instance_id is not null or event in (${quoted(eventsOfSchedules)}));
    create index outbox_schedules on outbox (created_at) where instance_id is null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from outbox where instance_id is null;
    drop index outbox_schedules;
    alter table outbox
      drop constraint outbox_about,
      drop constraint outbox_event_check,
      add check (event in (${quoted(events)})),
      drop definition_id,
      alter instance_id set not null;
    drop table recounts, ledger;
    delete from schedules where removed_at is not null;
    drop index schedules_due, schedules_definition, schedules_once;
    alter table schedules drop catch_up_window, drop catch_up_cap, drop since, drop watermark,
      drop next_due_at, drop set_aside_at, drop set_aside_reason, drop removed_at;
    create unique index schedules_once on schedules (definition_id, cron, coalesce(time_zone, ''));
  `);
}

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
  'unstarted',
  'backlog',
  'reminder',
];
const eventsOfSchedules = ['missed', 'set_aside', 'recount'];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');
