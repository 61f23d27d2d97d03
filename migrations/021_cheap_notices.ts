import type { Knex } from 'knex';

/**
 * Notices go with their instance as its executions and its log do: whoever writes one has a token or a lock
 * of it. Their foreign key took a fourteenth of a launch.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table outbox drop constraint outbox_instance_id_fkey;
    create or replace function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        delete from executions where instance_id in (select id from gone);
        delete from logs where instance_id in (select id from gone);
        delete from outbox where instance_id in (select id from gone);
        return null;
      end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function delete_what_goes_with_instances() returns trigger language plpgsql as $$
      begin
        delete from executions where instance_id in (select id from gone);
        delete from logs where instance_id in (select id from gone);
        return null;
      end $$;
    delete from outbox where not exists (select from instances where id = outbox.instance_id)
      and instance_id is not null;
    alter table outbox add foreign key (instance_id) references instances on delete cascade;
  `);
}
