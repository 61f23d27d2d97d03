import type { Knex } from 'knex';

const kinds = ['run', 'failure', 'unstarted', 'backlog', 'reminder', 'late'];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** What it takes to say that a job is back to normal, and to say things once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Definitions that have failed and not succeeded since. Without a foreign key: that would have a step
    -- that fails wait for the lock of its definition, whose holders wait for instances.
    create table failing_definitions (
      definition_id bigint primary key,
      since timestamptz not null default clock_timestamp()
    );
    -- Launched while its definition was failing, or failed itself; once it has succeeded: the first that has.
    alter table instances add after_failure boolean not null default false;

    -- What is told in one message belongs to the first of its notices.
    alter table outbox add digest_of bigint;

    -- Failures of one cause after the first: shown in its thread, and counted in it.
    alter table slack_messages
      -- ts of the message whose thread it is in, where that is another run's.
      add thread text,
      -- The channel as it was asked for, which may be a name; "channel" is always an id.
      add wanted text,
      add cause text,
      add folded_into bigint references slack_messages on delete set null,
      drop constraint slack_messages_kind_check,
      add check (kind in (${quoted([...kinds, 'skipped', 'normal'])}));
    create index slack_messages_cause on slack_messages (cause, id desc) where cause is not null;
    create index slack_messages_folded on slack_messages (folded_into) where folded_into is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from slack_messages where kind in ('skipped', 'normal');
    alter table slack_messages
      drop column thread,
      drop column wanted,
      drop column cause,
      drop column folded_into,
      drop constraint slack_messages_kind_check,
      add check (kind in (${quoted(kinds)}));
    alter table outbox drop column digest_of;
    alter table instances drop column after_failure;
    drop table failing_definitions;
  `);
}
