import type { Knex } from 'knex';

/** What comes in from outside: hooks that launch, and definitions of another Kuroko. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table hooks (
      id bigint generated always as identity primary key,
      definition_id bigint not null references definitions on delete cascade,
      name text not null check (char_length(name) between 1 and 80),
      -- As it is: signatures are computed with it. Nothing but the check of a signature reads it.
      secret text not null,
      -- The one before it, for as long as it is still taken.
      former_secret text,
      former_until timestamptz,
      -- Names of environment variables, each with the place of its value in the body.
      mapping jsonb not null default '{}',
      created_by text not null,
      created_at timestamptz not null default now(),
      rotated_at timestamptz,
      last_used_at timestamptz,
      -- Its number stands in audit.
      removed_at timestamptz,
      check ((former_secret is null) = (former_until is null))
    );
    create unique index hooks_name on hooks (definition_id, lower(name)) where removed_at is null;

    -- What a hook was sent, so that the same once more launches nothing.
    create table hook_deliveries (
      hook_id bigint not null references hooks on delete cascade,
      -- As the sender calls it.
      delivery_id text not null check (char_length(delivery_id) between 1 and 255),
      -- SHA-256 of the body.
      body_digest bytea not null,
      -- What it was answered. The instance may be older than instances are kept.
      instance_id bigint not null,
      status text not null,
      at timestamptz not null default clock_timestamp(),
      primary key (hook_id, delivery_id)
    );
    create index hook_deliveries_at on hook_deliveries (hook_id, at);

    alter table audit
      drop constraint audit_actor_kind_check,
      add check (actor_kind in ('slack', 'api', 'cli', 'hook', 'system'));

    -- The address that a definition was imported from, under its id there.
    create table definition_origins (
      definition_id bigint primary key references definitions on delete cascade,
      origin text not null,
      imported_at timestamptz not null default now()
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table definition_origins;
    update audit set actor_kind = 'system' where actor_kind = 'hook';
    alter table audit
      drop constraint audit_actor_kind_check,
      add check (actor_kind in ('slack', 'api', 'cli', 'system'));
    drop table hook_deliveries, hooks;
  `);
}
