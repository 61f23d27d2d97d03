import type { Knex } from 'knex';

/** Late tokens are found among the instances that are open; this index took a thirtieth of a step. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('drop index tokens_expected');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create index tokens_expected on tokens (expected_at)
      where expected_at is not null and status in ('working', 'waiting')`);
}
