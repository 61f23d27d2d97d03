import type { Knex } from 'knex';

const kinds = ['run', 'failure', 'unstarted', 'backlog', 'reminder'];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** The replies that warn of a run that takes long: each is sent once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table slack_messages drop constraint slack_messages_kind_check,
      add check (kind in (${quoted([...kinds, 'late'])}));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from slack_messages where kind = 'late';
    alter table slack_messages drop constraint slack_messages_kind_check,
      add check (kind in (${quoted(kinds)}));
  `);
}
