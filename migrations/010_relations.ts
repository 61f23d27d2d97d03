import type { Knex } from 'knex';

/** What instances have to do with one another: who launched whom, and who waits for whom. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table instances
      -- The step that launched it, at one of its attempts; null: not a sub process.
      add parent_token_id bigint references tokens on delete set null,
      add parent_attempt integer,
      -- How many launched one another before it.
      add depth integer not null default 0,
      -- Somebody may wait for it: its end is written as an event. Of its definition, when launched.
      add awaited boolean not null default false;
    create index instances_parent on instances (parent_token_id) where parent_token_id is not null;
    -- What a wait looks for: those of a time that have ended, or failed.
    create index instances_ended on instances (definition_id, created_at) where status <> 'working';

    -- Some instance has waited for one of it. Never taken back: that costs an event an instance.
    alter table definitions add awaited boolean not null default false;

    alter table tokens
      -- When to warn that it takes so long; null never.
      add expected_at timestamptz,
      add created_at timestamptz not null default now();
    update tokens t set created_at = i.created_at,
      expected_at = case when t.parent_id is null then i.created_at + interval '24 hours' end
    from instances i where i.id = t.instance_id and i.status in ('working', 'error');
    -- The status is part of the index, so that an end takes the alarm away without being told to.
    create index tokens_expected on tokens (expected_at)
      where expected_at is not null and status in ('working', 'waiting');

    alter table events drop constraint events_kind_check,
      alter token_id drop not null,
      alter attempt drop not null,
      add available_at timestamptz not null default now(),
      add check (kind in ('launch_child', 'child_ended', 'cancel_child', 'await', 'instance_ended')),
      add check (kind = 'instance_ended' or token_id is not null and attempt is not null);
    drop index events_open;
    create index events_open on events (available_at, id) where consumed_at is null;
    create index events_instance on events (instance_id) where instance_id is not null;

    -- What a waiting token waits for, one row a job; gone when it waits no more.
    create table awaits (
      token_id bigint not null references tokens on delete cascade,
      attempt integer not null,
      number integer not null,
      definition_id bigint not null,
      period text not null check (period in ('hourly', 'daily', 'weekly', 'monthly')),
      -- Only instances that were created in it count.
      created_from timestamptz not null,
      created_before timestamptz not null,
      -- A failed one is an end, too.
      on_failure boolean not null,
      -- The one that has succeeded.
      instance_id bigint references instances on delete set null,
      primary key (token_id, attempt, number)
    );
    create index awaits_definition on awaits (definition_id) where instance_id is null;
    create index awaits_instance on awaits (instance_id) where instance_id is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table awaits;
    delete from events where kind in ('await', 'instance_ended');
    drop index events_instance, events_open;
    alter table events drop available_at, drop constraint events_kind_check,
      drop constraint events_check,
      add check (kind in ('launch_child', 'child_ended', 'cancel_child')),
      alter token_id set not null,
      alter attempt set not null;
    create index events_open on events (id) where consumed_at is null;
    drop index tokens_expected;
    alter table tokens drop expected_at, drop created_at;
    alter table definitions drop awaited;
    drop index instances_ended, instances_parent;
    alter table instances drop parent_token_id, drop parent_attempt, drop depth, drop awaited;
  `);
}
