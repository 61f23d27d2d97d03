/** What every fault test begins with: a database, a journal, and whoever is to run commands; ended with the test. */
import { randomUUID } from 'node:crypto';
import { commandDefaults } from '../../src/config.ts';
import { publishConfig } from '../../src/operations/engine-config.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { UserError } from '../../src/errors.ts';
import { retry } from '../../src/operations/retry.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase } from './database.ts';
import { startDatabaseProxy, type DatabaseProxy } from './database-proxy.ts';
import { startEngine, type Engine } from './engine.ts';
import { createHost, type Host, type HostOptions } from './host.ts';
import { createJournal, type Journal } from './journal.ts';
import { define, facts, launchMany, member } from './operations.ts';
import type { DefinitionFields } from '../../src/store/definitions.ts';

export interface FaultStage {
  /** The test's own way to the database, called `test`. */
  readonly db: Database;
  readonly url: string;
  readonly journal: Journal;
  /** Defines a script and launches it so many times. */
  readonly launch: (
    script: string,
    count: number,
    fields?: Partial<DefinitionFields>,
  ) => Promise<void>;
  readonly host: (options: HostOptions) => Host;
  readonly proxyTo: () => Promise<DatabaseProxy>;
  /** An engine that nothing happens to: it serves one worker and watches the leases of others. */
  readonly witness: () => Promise<Engine>;
  /** Retries every failed step of which nothing can run any more, as a careful person would; returns how many. */
  readonly retryAll: () => Promise<number>;
}

/** Calls back when the test is over: `onTestFinished`, of the test's own context where tests run side by side. */
export type AtEnd = (cleanUp: () => void | Promise<void>, mostMs?: number) => void;

/** On a database of its own, unless given. */
export async function faultStage(atEnd: AtEnd, url?: string): Promise<FaultStage> {
  const journal = createJournal();
  atEnd(() => journal.remove());
  const at = url ?? (await throwawayDatabase(atEnd));
  const db = openDatabase(at, { name: 'test' });
  atEnd(() => db.close());
  // As `kuroko start` would.
  await inTransaction(db, (tx) => publishConfig(tx, { ...commandDefaults, killGrace: 1 }));
  return {
    db,
    url: at,
    journal,
    async launch(script, count, fields = {}) {
      const { id } = await define(db, script, fields);
      for (let left = count; left > 0; left -= 50) await launchMany(db, id, Math.min(left, 50));
    },
    host(options) {
      const host = createHost(options);
      atEnd(() => host.remove(), 60_000);
      return host;
    },
    async proxyTo() {
      const proxy = await startDatabaseProxy(at);
      atEnd(() => proxy.close());
      return proxy;
    },
    async witness() {
      const engine = await startEngine({ url: at, host: 'witness', workers: 1 });
      atEnd(() => engine.stop(), 60_000);
      return engine;
    },
    async retryAll() {
      const failed = await db.query<{ id: number; instanceId: number; attempt: number }>(
        `select id, instance_id, attempt from tokens t where status = 'failure' and not exists (
           select from executions e
           where e.token_id = t.id and e.status = 'lost' and e.group_empty_at is null)`,
      );
      let retried = 0;
      for (const { id: tokenId, instanceId, attempt } of failed) {
        const wish = { instanceId, tokenId, attempt, actor: member('alice') };
        const requestKey = randomUUID();
        await inTransaction(db, (tx) => retry(tx, { ...wish, requestKey }, facts)).then(
          () => (retried += 1),
          (error: unknown) => {
            // Somebody else was faster.
            if (!(error instanceof UserError) || error.code !== 'conflict') throw error;
          },
        );
      }
      return retried;
    },
  };
}

async function throwawayDatabase(atEnd: AtEnd): Promise<string> {
  const test = await createTestDatabase();
  atEnd(() => test.drop());
  return test.url;
}
