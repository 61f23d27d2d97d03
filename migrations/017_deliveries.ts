import type { Knex } from 'knex';

/** Deliveries to other targets than Slack: webhooks and whatever comes after them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- An endpoint was switched off; somebody asks whether anything arrives at one.
    alter type outbox_event add value if not exists 'switched_off';
    alter type outbox_event add value if not exists 'test';

    -- A notice is one row that Slack's delivery takes; what other targets are told of it are rows of their
    -- own. Nobody looks a notice up by its key: deliveries have keys that receivers see. What it is about
    -- is told by the types of those who write it; the check was read by every step.
    alter table outbox
      drop constraint outbox_target_check,
      drop constraint outbox_about,
      drop constraint outbox_key_key,
      alter key drop not null,
      alter key drop default,
      alter target set default 'slack';

    -- How far notices have been spread over those targets: at most one row, and none while no target is
    -- configured. Every notice up to the position was looked at, except those of the gaps: ids that were
    -- not to be seen, for their transactions may still have been under way.
    create table spreading (
      singleton boolean primary key default true check (singleton),
      targets text[] not null,
      position bigint not null,
      gaps jsonb not null default '[]',
      begun_at timestamptz not null default now()
    );

    create table deliveries (
      id bigint generated always as identity primary key,
      -- Receivers see it as X-Kuroko2-Id.
      key uuid not null default gen_random_uuid(),
      notice_id bigint not null,
      target text not null,
      endpoint text not null,
      -- As people may read it.
      shown_endpoint text not null,
      event text not null,
      instance_id bigint,
      definition_id bigint,
      -- What is sent, the same each time.
      request jsonb not null,
      created_at timestamptz not null default now(),
      available_at timestamptz not null default now(),
      attempts integer not null default 0,
      leased_until timestamptz,
      delivered_at timestamptz,
      dead_at timestamptz,
      reason text
    );
    create index deliveries_open on deliveries (target, endpoint, id)
      where delivered_at is null and dead_at is null;
    create index deliveries_leased on deliveries (target, endpoint)
      where leased_until is not null and delivered_at is null and dead_at is null;
    create index deliveries_dead on deliveries (id) where dead_at is not null;
    create index deliveries_notice on deliveries (notice_id);
    create index deliveries_instance on deliveries (instance_id, id);
    create index deliveries_definition on deliveries (definition_id, id);

    -- One row each time that it was tried.
    create table delivery_attempts (
      id bigint generated always as identity primary key,
      delivery_id bigint not null references deliveries on delete cascade,
      at timestamptz not null,
      milliseconds integer not null,
      outcome text not null,
      status integer,
      answer text,
      reason text
    );
    create index delivery_attempts_delivery on delivery_attempts (delivery_id, id);

    -- Those that fail now, and those that are switched off.
    create table endpoints (
      target text not null,
      endpoint text not null,
      failing_since timestamptz not null default now(),
      failures integer not null default 1,
      -- Nothing is sent there before.
      held_until timestamptz not null,
      switched_off_at timestamptz,
      reason text not null,
      primary key (target, endpoint)
    );

    create or replace function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        delete from executions where instance_id in (select id from gone);
        delete from logs where instance_id in (select id from gone);
        delete from deliveries where instance_id in (select id from gone);
        return null;
      end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        delete from executions where instance_id in (select id from gone);
        delete from logs where instance_id in (select id from gone);
        return null;
      end $$;
    drop table endpoints, delivery_attempts, deliveries, spreading;
    delete from outbox where event::text in ('switched_off', 'test');
    update outbox set key = gen_random_uuid() where key is null;
    alter table outbox
      alter target drop default,
      alter key set default gen_random_uuid(),
      alter key set not null,
      add unique (key),
      add constraint outbox_target_check check (target in ('slack')),
      add constraint outbox_about
        check (instance_id is not null or event in ('missed', 'set_aside', 'recount'));
  `);
}
