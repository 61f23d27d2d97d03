// One throwaway Postgres for a run of the integration tests: the real one, as `kuroko start` would start it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { preparePostgres } from '../../src/embedded/postgres.ts';
import type { Service } from '../../src/embedded/service.ts';
import { createTemplate } from './database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the server's own database, as its superuser: `inject('postgresUrl')`. */
    postgresUrl: string;
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
  const server = startWithLifeline(postgres.service, folder);
  await postgres.ready(server.ended);
  await createTemplate(postgres.url);
  project.provide('postgresUrl', postgres.url);
  return server.stop;
}

/**
 * Beside the server stands a shell with our end of a pipe as its lifeline: when the tests are killed, however hard,
 * it still stops the server and removes the files.
 */
function startWithLifeline(
  service: Service,
  folder: string,
): { readonly ended: AbortSignal; readonly stop: () => Promise<void> } {
  const log = openSync(service.logFile, 'a');
  const { uid, gid } = service;
  const server = spawn(service.command, service.args, {
    env: service.env,
    cwd: service.cwd,
    stdio: ['ignore', log, log],
    detached: true,
    ...(uid !== undefined && gid !== undefined && { uid, gid }),
  });
  closeSync(log);
  const ended = new AbortController();
  server.once('exit', () => ended.abort());
  server.once('error', () => ended.abort());
  const watcher = spawn('/bin/sh', ['-c', watch, 'sh', String(server.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  return {
    ended: ended.signal,
    stop: async () => {
      const over = once(watcher, 'exit');
      watcher.stdin.end();
      await over;
    },
  };
}

const watch = `
  read -r _
  kill -INT "$1"
  tries=0
  while kill -0 "$1" 2>/dev/null && [ $((tries += 1)) -lt 200 ]; do sleep 0.05; done
  rm -rf "$2"`;
