import type { Knex } from 'knex';

/** What is told to people, and who did what. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Effects that leave the database are rows first, delivered after the commit.
    create table outbox (
      id bigint generated always as identity primary key,
      key uuid not null default gen_random_uuid() unique,
      target text not null check (target in ('slack')),
      event text not null check (event in ('launch', 'retrying', 'skipping', 'finished',
        'cancellation', 'failure', 'critical', 'back_to_normal', 'long_elapsed_time', 'refresh')),
      instance_id bigint not null references instances on delete cascade,
      token_id bigint references tokens on delete cascade,
      attempt integer,
      payload jsonb not null default '{}',
      created_at timestamptz not null default now(),
      available_at timestamptz not null default now(),
      attempts integer not null default 0,
      leased_until timestamptz,
      delivered_at timestamptz,
      dead_at timestamptz,
      error text
    );
    create index outbox_open on outbox (target, instance_id, id)
      where delivered_at is null and dead_at is null;

    create table slack_messages (
      id bigint generated always as identity primary key,
      instance_id bigint not null references instances on delete cascade,
      kind text not null check (kind in ('run', 'failure')),
      token_id bigint references tokens on delete cascade,
      attempt integer not null default 0,
      channel text not null,
      ts text not null,
      digest text not null,
      gone_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index slack_messages_once
      on slack_messages (instance_id, kind, coalesce(token_id, 0), attempt);
    create index slack_messages_place on slack_messages (channel, ts);

    create table audit (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      actor_kind text not null check (actor_kind in ('slack', 'api', 'cli', 'system')),
      actor_id text not null,
      actor_name text not null,
      place text,
      action text not null,
      outcome text not null check (outcome in ('done', 'refused', 'late')),
      reason text,
      definition_id bigint,
      instance_id bigint,
      token_id bigint,
      attempt integer,
      execution_id bigint,
      request_key text,
      before jsonb,
      after jsonb
    );
    create index audit_instance on audit (instance_id, id) where instance_id is not null;
    create index audit_definition on audit (definition_id, id) where definition_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table audit, slack_messages, outbox');
}
