import type { Knex } from 'knex';

const events = [
  'launch',
  'retrying',
  'skipping',
  'finished',
  'cancellation',
  'failure',
  'critical',
  'back_to_normal',
  'long_elapsed_time',
  'refresh',
  'unstarted',
  'backlog',
];
const kinds = ['run', 'failure', 'unstarted', 'backlog'];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');

/** A script for one run only; the maintenance of `kuroko_runner`, and a deletion that searches nothing. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- It runs another script than its definition had when it was launched.
    alter table instances add script_changed boolean not null default false;

    -- What a token at a \`kuroko_runner\` waits for, as long as it is under way.
    create table maintenances (
      token_id bigint not null,
      attempt integer not null,
      instance_id bigint not null references instances on delete cascade,
      name text not null,
      created_at timestamptz not null default now(),
      -- Batch by batch: how far it has come, and with how many.
      position bigint not null default 0,
      done integer not null default 0,
      primary key (token_id, attempt)
    );
    create index maintenances_instance on maintenances (instance_id);

    -- Who was in the way is a number to be told: it is not searched for in all of history when it goes.
    alter table instances drop constraint instances_prevented_by_fkey;

    alter table outbox drop constraint outbox_event_check,
      add check (event in (${quoted([...events, 'reminder'])}));
    alter table slack_messages drop constraint slack_messages_kind_check,
      add check (kind in (${quoted([...kinds, 'reminder'])}));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    delete from slack_messages where kind = 'reminder';
    delete from outbox where event = 'reminder';
    alter table slack_messages drop constraint slack_messages_kind_check,
      add check (kind in (${quoted(kinds)}));
    alter table outbox drop constraint outbox_event_check,
      add check (event in (${quoted(events)}));
    update instances i set prevented_by = null where prevented_by is not null
      and not exists (select from instances p where p.id = i.prevented_by);
    alter table instances add foreign key (prevented_by) references instances;
    drop table maintenances;
    alter table instances drop script_changed;
  `);
}
