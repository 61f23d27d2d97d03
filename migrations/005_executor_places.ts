import type { Knex } from 'knex';

/** When an executor left in order, and the history of executions in the order in which they ended. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Null: it has its place. Who left is not watched for a heartbeat.
    alter table executors add left_at timestamptz;
    update executors set left_at = now() where beat_at = to_timestamp(0);

    drop index executions_history;
    create index executions_history on executions (finished_at desc, id desc)
      where status not in ('pending', 'claimed');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index executions_history;
    create index executions_history on executions (id desc) where status not in ('pending', 'claimed');
    alter table executors drop left_at;
  `);
}
