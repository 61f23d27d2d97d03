import type { Knex } from 'knex';

/** What clients of the API were answered under keys of their own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table idempotent_launches (
      client text not null,
      definition_id bigint not null,
      key text not null,
      -- Of what was asked for: another wish under the same key is refused.
      fingerprint text not null,
      -- Of the instance: unique for each use of the key.
      launch_key text not null,
      -- The answer; the instance may be gone before it.
      instance_id bigint,
      status text,
      created_at timestamptz not null default now(),
      primary key (client, definition_id, key)
    );
    create index idempotent_launches_age on idempotent_launches (created_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table idempotent_launches;');
}
