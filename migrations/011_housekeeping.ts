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

/** What goes with an instance: nothing refers to a token, or to who was in the way, for longer. */
const dropped = [
  ['instances', 'prevented_by', 'instances', ''],
  ['executions', 'token_id', 'tokens', 'on delete cascade'],
  ['logs', 'token_id', 'tokens', 'on delete cascade'],
  ['outbox', 'token_id', 'tokens', 'on delete cascade'],
  ['slack_messages', 'token_id', 'tokens', 'on delete cascade'],
] as const;

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
      -- Somebody is at it; who ends meanwhile leaves it to the next.
      leased_until timestamptz,
      primary key (token_id, attempt)
    );
    create index maintenances_instance on maintenances (instance_id);

    -- Tokens are deleted with their instance, which all of these refer to as well: without an index
    -- each deleted token would be searched for in all of history, with one every step would pay.
    ${dropped
      .map(
        ([table, column]) =>
          `alter table ${table} drop constraint if exists ${table}_${column}_fkey;`,
      )
      .join('\n    ')}
    create index outbox_instance on outbox (instance_id);

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
    drop index outbox_instance;
    ${dropped
      .map(
        ([table, column, other, rule]) => `
    update ${table} t set ${column} = null where ${column} is not null
      and not exists (select from ${other} o where o.id = t.${column});
    alter table ${table} add foreign key (${column}) references ${other} ${rule};`,
      )
      .join('')}
    drop table maintenances;
    alter table instances drop script_changed;
  `);
}
