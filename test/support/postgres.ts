/** One throwaway Postgres for a run of the integration tests: the real one, as `kuroko start` would start it. */

import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { preparePostgres } from '../../src/embedded/postgres.ts';
import { migrateLatest } from '../../src/store/migrate.ts';
import { createTemplate } from './database.ts';
import { startServer } from './lifeline.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the server's own database, as its superuser: `inject('postgresUrl')`. */
    postgresUrl: string;
    /** Where the files of an embedded Postgres lie that has the schema and nothing else: `createHome` copies them. */
    clusterTemplate: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-test-'));
  // mkdtemp makes it ours alone; as root the server runs as another user, who has to pass through.
  chmodSync(folder, 0o711);
  const postgres = await preparePostgres({
    dataDir: path.join(folder, 'data'),
    sharedDir: path.join(folder, 'shared'),
  });
  // Test files run beside one another, and some are several hosts of eight workers.
  const args = [...postgres.service.args, '-c', 'max_connections=400'];
  const server = startServer({ ...postgres.service, args }, folder);
  await postgres.ready(server.ended);
  await createTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('clusterTemplate', await prepareCluster(folder));
  return server.stop;
}

/** As a first start leaves it: initdb and the migrations take 1.5 s of a processor, and their copy a tenth of that. */
async function prepareCluster(folder: string): Promise<string> {
  const dataDir = path.join(folder, 'template');
  const { service, url, ready } = await preparePostgres({
    dataDir,
    sharedDir: path.join(folder, 'shared'),
  });
  const server = startServer(service);
  await ready(server.ended);
  await migrateLatest(url);
  await server.stop();
  return dataDir;
}
