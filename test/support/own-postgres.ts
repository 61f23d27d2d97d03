/** A Postgres of one test alone, to be restarted and killed. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preparePostgres } from '../../src/embedded/postgres.ts';
import { migrateLatest } from '../../src/store/migrate.ts';
import { startServer } from './lifeline.ts';

export interface OwnPostgres {
  /** With the schema in place. */
  readonly url: string;
  /** `fast` ends sessions and writes a checkpoint; `crash` ends it on the spot, and it recovers. */
  restart(how: 'fast' | 'crash'): Promise<void>;
  stop(): Promise<void>;
}

const signals = { fast: 'SIGINT', crash: 'SIGQUIT' } as const;

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-pg-'));
  // As root the server runs as another user, who has to pass through.
  chmodSync(folder, 0o711);
  const at = { dataDir: path.join(folder, 'data'), sharedDir: path.join(folder, 'shared') };
  const { service, url, ready } = await preparePostgres(at);
  let server = startServer(service);
  await ready(server.ended);
  await migrateLatest(url);
  return {
    url,
    async restart(how) {
      process.kill(server.pid ?? 0, signals[how]);
      await new Promise<void>((resolve) => {
        if (server.ended.aborted) resolve();
        else server.ended.addEventListener('abort', () => resolve());
      });
      // Its watcher goes, too.
      await server.stop();
      server = startServer(service);
      await ready(server.ended);
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
