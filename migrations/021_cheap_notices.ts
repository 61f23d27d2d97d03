import type { Knex } from 'knex';

const others = ['executions', 'logs', 'deliveries'];

const goesWithInstances = (tables: readonly string[]): string => `
    create or replace function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        ${tables.map((table) => `delete from ${table} where instance_id in (select id from gone);`).join('\n        ')}
        return null;
      end $$;`;

/**
 * Notices go with their instance as its executions, log and deliveries do: whoever writes one has a token or a lock
 * of it. Their foreign key took a fourteenth of a launch.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table outbox drop constraint outbox_instance_id_fkey;
    ${goesWithInstances([...others, 'outbox'])}
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ${goesWithInstances(others)}
    delete from outbox where not exists (select from instances where id = outbox.instance_id)
      and instance_id is not null;
    alter table outbox add foreign key (instance_id) references instances on delete cascade;
  `);
}
