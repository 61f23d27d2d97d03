import type { Knex } from 'knex';

const tables = ['executions', 'logs', 'outbox', 'slack_messages'];

/** What every step pays for and nobody needs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Each of these rows names its instance as well, and goes with it; a token never goes without its
    -- instance. Checking the token took a tenth of a step - and without an index on it, deleting an
    -- instance read all of these tables once for each of its tokens.
    ${tables
      .map((table) => `alter table ${table} drop constraint if exists ${table}_token_id_fkey;`)
      .join('\n    ')}
    -- What goes with an instance is found by it.
    create index if not exists outbox_instance on outbox (instance_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index outbox_instance;
    ${tables
      .map(
        (table) =>
          `alter table ${table} add foreign key (token_id) references tokens on delete cascade;`,
      )
      .join('\n    ')}
  `);
}
