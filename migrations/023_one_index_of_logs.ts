import type { Knex } from 'knex';

/** Lines are only ever looked for among those of their instance: one index is enough of the table with the most rows. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table logs drop constraint logs_pkey;
    drop index logs_instance;
    alter table logs add primary key (instance_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table logs drop constraint logs_pkey;
    create index logs_instance on logs (instance_id, id);
    alter table logs add primary key (id);
  `);
}
