import type { Knex } from 'knex';

/** Executors on many hosts: what they are told, what is wished of them, what is proven of what they lost. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What the engine is configured with, as \`kuroko start\` published it: one row.
    create table engine_config (
      singleton boolean primary key default true check (singleton),
      config jsonb not null,
      published_at timestamptz not null default now()
    );

    alter table executors
      -- start: the whole of Kuroko; executor: workers only, ends when it is drained.
      add kind text not null default 'start' check (kind in ('start', 'executor')),
      -- Takes nothing new from now on.
      add draining_at timestamptz,
      add draining_by text,
      -- A wish for the process itself, taken by its next registration.
      add restart text check (restart in ('hand_over', 'wait', 'stop')),
      add restart_at timestamptz,
      add restart_by text;

    -- A worker may be forgotten without a search through all of history, and a claim costs no lock
    -- of the worker's row.
    alter table executions drop constraint executions_worker_id_fkey;
    alter table executions
      add worker_number integer,
      -- When its process group was proven to be empty; null: not known to be.
      add group_empty_at timestamptz,
      -- When somebody was told that nobody takes it.
      add unstarted_at timestamptz;
    create index executions_lost on executions (host, id)
      where status = 'lost' and group_empty_at is null;
    create index executions_history on executions (id desc) where status not in ('pending', 'claimed');

    alter table definitions
      -- A lost command is tried again by itself once its process group is proven to be empty.
      add retry_lost boolean not null default false,
      -- Seconds between TERM and KILL; null: as configured.
      add kill_grace integer check (kill_grace between 0 and 3600);
    alter table instances
      add retry_lost boolean not null default false,
      add kill_grace integer;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table instances drop retry_lost, drop kill_grace;
    alter table definitions drop retry_lost, drop kill_grace;
    drop index executions_history, executions_lost;
    alter table executions drop worker_number, drop group_empty_at, drop unstarted_at;
    update executions set worker_id = null
      where worker_id is not null and not exists (select from workers where id = worker_id);
    alter table executions add foreign key (worker_id) references workers on delete set null;
    alter table executors drop kind, drop draining_at, drop draining_by,
      drop restart, drop restart_at, drop restart_by;
    drop table engine_config;
  `);
}
