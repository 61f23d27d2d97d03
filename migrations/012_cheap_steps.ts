import type { Knex } from 'knex';

/** What every step pays for and nobody needs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Each of these rows names its instance as well, and goes with it; a token never goes without its
    -- instance. Checking the token took a tenth of a step - and without an index on it, deleting an
    -- instance read all of these tables once for each of its tokens.
    alter table executions drop constraint executions_token_id_fkey;
    alter table logs drop constraint logs_token_id_fkey;
    alter table outbox drop constraint outbox_token_id_fkey;
    alter table slack_messages drop constraint slack_messages_token_id_fkey;
    -- What goes with an instance is found by it.
    create index outbox_instance on outbox (instance_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index outbox_instance;
    alter table executions add foreign key (token_id) references tokens on delete cascade;
    alter table logs add foreign key (token_id) references tokens on delete cascade;
    alter table outbox add foreign key (token_id) references tokens on delete cascade;
    alter table slack_messages add foreign key (token_id) references tokens on delete cascade;
  `);
}
