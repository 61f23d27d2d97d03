import type { Knex } from 'knex';

/**
 * The same promises at a lower price. PostgreSQL reads each check of a table anew in every statement that
 * writes to it: those below took 28 % of the instructions of a step's commit, two foreign keys another 7 %.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create type token_status as enum
      ('working', 'waiting', 'failure', 'finished', 'critical', 'canceled');
    create type execution_status as enum ('pending', 'claimed', 'finished', 'lost', 'canceled');
    create type instance_status as enum ('working', 'error', 'success', 'canceled');
    create type launch_source as enum ('slack', 'api', 'cli', 'schedule', 'sub_process', 'hook');
    create type log_level as enum ('INFO', 'WARN', 'ERROR');
    create type outbox_event as enum (${quoted(events)});
    -- So that the statements of a version before go on working beside this one.
    create cast (text as token_status) with inout as assignment;
    create cast (text as execution_status) with inout as assignment;
    create cast (text as instance_status) with inout as assignment;
    create cast (text as launch_source) with inout as assignment;
    create cast (text as log_level) with inout as assignment;
    create cast (text as outbox_event) with inout as assignment;

    drop index instances_open, instances_status, instances_ended;
    alter table instances
      drop constraint instances_status_check,
      drop constraint instances_launched_from_check,
      -- They are counted under the instance's lock.
      drop constraint instances_active_tokens_check,
      drop constraint instances_failed_tokens_check,
      ${instanceChecks.map(({ name }) => `drop constraint ${name},`).join(' ')}
      alter status drop default,
      alter status type instance_status using status::instance_status,
      alter status set default 'working',
      alter launched_from type launch_source using launched_from::launch_source,
      ${addInstanceChecks};
    ${instanceIndexes}

    drop index tokens_expected;
    alter table tokens
      drop constraint tokens_status_check,
      -- A branch is counted only while another is open.
      drop constraint tokens_open_children_check,
      alter status type token_status using status::token_status;
    ${tokenIndexes}

    -- Stops that were asked for are found by the slot.
    drop index executions_pending, executions_slot, executions_token, executions_stop,
      executions_lost, executions_history;
    alter table executions
      drop constraint executions_status_check,
      -- Who claims writes fence and epoch with the status.
      drop constraint executions_check,
      alter status drop default,
      alter status type execution_status using status::execution_status,
      alter status set default 'pending';
    ${executionIndexes}

    alter table logs
      drop constraint logs_level_check,
      alter level type log_level using level::log_level;

    alter table outbox
      drop constraint outbox_about,
      drop constraint outbox_event_check,
      alter event type outbox_event using event::outbox_event,
      ${outboxAbout};

    -- These rows are written from a token, which has its instance: all that is left of the key is to go with it.
    alter table executions drop constraint executions_instance_id_fkey;
    alter table logs drop constraint logs_instance_id_fkey;
    create function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        delete from executions where instance_id in (select id from gone);
        delete from logs where instance_id in (select id from gone);
        return null;
      end $$;
    create trigger what_goes_with_instances after delete on instances
      referencing old table as gone for each statement
      execute function delete_what_goes_with_instances();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger what_goes_with_instances on instances;
    drop function delete_what_goes_with_instances;
    alter table executions add foreign key (instance_id) references instances on delete cascade;
    alter table logs add foreign key (instance_id) references instances on delete cascade;

    alter table outbox
      drop constraint outbox_about,
      alter event type text,
      add check (event in (${quoted(events)})),
      ${outboxAbout};

    alter table logs
      alter level type text,
      add check (level in ('INFO', 'WARN', 'ERROR'));

    drop index executions_pending, executions_slot, executions_token, executions_lost,
      executions_history;
    alter table executions
      alter status drop default,
      alter status type text,
      alter status set default 'pending',
      add check (status in ('pending', 'claimed', 'finished', 'lost', 'canceled')),
      add check (status <> 'claimed' or (fence is not null and epoch is not null));
    ${executionIndexes}
    create index executions_stop on executions (worker_id)
      where status = 'claimed' and stop_requested_at is not null;

    drop index tokens_expected;
    alter table tokens
      alter status type text,
      add check (status in ('working', 'waiting', 'failure', 'finished', 'critical', 'canceled')),
      add check (open_children >= 0);
    ${tokenIndexes}

    drop index instances_open, instances_status, instances_ended;
    alter table instances
      ${instanceChecks.map(({ name }) => `drop constraint ${name},`).join(' ')}
      alter status drop default,
      alter status type text,
      alter status set default 'working',
      alter launched_from type text,
      add check (status in ('working', 'error', 'success', 'canceled')),
      add check (launched_from in ('slack', 'api', 'cli', 'schedule', 'sub_process', 'hook')),
      add check (active_tokens >= 0),
      add check (failed_tokens >= 0),
      ${addInstanceChecks};
    ${instanceIndexes}
    drop type token_status, execution_status, instance_status, launch_source, log_level, outbox_event cascade;
  `);
}

const instanceChecks = [
  { name: 'instances_check', holds: `(status = 'success') = (finished_at is not null)` },
  { name: 'instances_check1', holds: `(status = 'canceled') = (canceled_at is not null)` },
  { name: 'instances_check2', holds: `status <> 'error' or error_at is not null` },
];
const addInstanceChecks = instanceChecks
  .map(({ name, holds }) => `add constraint ${name} check (${holds})`)
  .join(', ');

const instanceIndexes = `
    create index instances_open on instances (definition_id, id)
      where status in ('working', 'error');
    create index instances_status on instances (status, id desc);
    create index instances_ended on instances (definition_id, created_at)
      where status <> 'working';`;

const tokenIndexes = `
    create index tokens_expected on tokens (expected_at)
      where expected_at is not null and status in ('working', 'waiting');`;

const executionIndexes = `
    create index executions_pending on executions (queue, id) where status = 'pending';
    create unique index executions_slot on executions (worker_id) where status = 'claimed';
    create unique index executions_token on executions (token_id, path, attempt)
      where status in ('pending', 'claimed');
    create index executions_lost on executions (host, id)
      where status = 'lost' and group_empty_at is null;
    create index executions_history on executions (finished_at desc, id desc)
      where status not in ('pending', 'claimed');`;

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
  'reminder',
  'missed',
  'set_aside',
  'recount',
];
const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');
const outboxAbout = `add constraint outbox_about
        check (instance_id is not null or event in ('missed', 'set_aside', 'recount'))`;
