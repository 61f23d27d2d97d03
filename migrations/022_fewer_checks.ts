import type { Knex } from 'knex';

const others = ['executions', 'logs', 'deliveries', 'outbox'];

const goesWithInstances = (tables: readonly string[]): string => `
    create or replace function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        ${tables.map((table) => `delete from ${table} where instance_id in (select id from gone);`).join('\n        ')}
        return null;
      end $$;`;

/**
 * Tokens go with their instance as all else of it does: they are written with it, or under its lock. A definition is
 * locked by whoever launches it, and never deleted. These two foreign keys took an eighth of a launch. An instance's
 * moments are written by the expression that writes its status: to read the three checks of that anew took another
 * twenty-fifth of a step; the tests hold all they write to them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table tokens drop constraint tokens_instance_id_fkey;
    ${goesWithInstances([...others, 'tokens'])}
    alter table instances
      drop constraint instances_definition_id_fkey,
      drop constraint instances_check,
      drop constraint instances_check1,
      drop constraint instances_check2;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table instances
      add foreign key (definition_id) references definitions,
      add constraint instances_check check ((status = 'success') = (finished_at is not null)),
      add constraint instances_check1 check ((status = 'canceled') = (canceled_at is not null)),
      add constraint instances_check2 check (status <> 'error' or error_at is not null);
    ${goesWithInstances(others)}
    delete from tokens where not exists (select from instances where id = tokens.instance_id);
    alter table tokens add foreign key (instance_id) references instances on delete cascade;
  `);
}
