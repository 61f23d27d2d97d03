import type { Knex } from 'knex';

/** Who suspended or resumed a worker last, and when: whoever comes later is told. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table workers
      add suspension_at timestamptz,
      add suspension_by text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table workers drop suspension_at, drop suspension_by');
}
