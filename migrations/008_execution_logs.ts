import type { Knex } from 'knex';

/** How far the output of each execution has gone to the execution logger. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When it was written: the time of its lines in a log. Without a default first: no row is rewritten.
    alter table output add at timestamptz;
    alter table output alter at set default clock_timestamp();

    create table execution_logs (
      execution_id bigint primary key references executions on delete cascade,
      -- Offset of the first byte that has not gone, the beginning of a line.
      shipped_to bigint not null default 0,
      -- Size of the output that was last looked at: there is nothing new until it grows.
      seen_to bigint not null default 0,
      attempts integer not null default 0,
      available_at timestamptz not null default now(),
      leased_until timestamptz,
      done_at timestamptz
    );
    create index execution_logs_open on execution_logs (execution_id) where done_at is null;

    -- Up to which execution there is a row above, or nothing to be sent: one row.
    create table execution_log_cursor (
      singleton boolean primary key default true check (singleton),
      registered_to bigint not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table execution_log_cursor, execution_logs;
    alter table output drop at;
  `);
}
