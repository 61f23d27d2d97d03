/** What the engine is configured with, as `kuroko start` published it for executors: one row. */
import { storableJson } from './storable.ts';
import type { Connection, Tx } from './database.ts';

/** What was published before, for whoever is about to change it; null: nothing. */
export async function lockEngineConfig(tx: Tx): Promise<unknown> {
  const [before] = await tx.query<{ config: unknown }>(
    'select config from engine_config for update',
  );
  return before?.config ?? null;
}

/** Publishes, and wakes executors if it changes anything. */
export async function writeEngineConfig(tx: Tx, config: unknown): Promise<void> {
  await tx.query(
    `with published as (
       insert into engine_config (config) values ($1::jsonb)
       on conflict (singleton) do update set config = excluded.config, published_at = now()
         where engine_config.config <> excluded.config
       returning 1)
     select pg_notify('kuroko_config', '')::text from published`,
    [storableJson(config)],
  );
}

/** As it was published, by whatever version; null when nothing was yet. */
export async function readEngineConfig(on: Connection): Promise<unknown> {
  const [row] = await on.query<{ config: unknown }>('select config from engine_config');
  return row?.config ?? null;
}
