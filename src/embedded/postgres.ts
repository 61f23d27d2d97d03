/** Prepares the Postgres that Kuroko brings along for whoever names no database. */

import path from 'node:path';
import { chooseAccount, type Account } from './choose-account.ts';
import { clearStaleLock } from './clear-stale-lock.ts';
import { initCluster } from './init-cluster.ts';
import { reachableBinaries } from './reachable-binaries.ts';
import { reachableFolder } from './reachable-folder.ts';
import type { Service } from '../guardian/protocol.ts';
import { socketFolder } from './socket-folder.ts';
import { untilPostgresAnswers } from './until-postgres-answers.ts';

/** A server that is ready to be started by whoever owns processes. */
export type PreparedPostgres = {
  readonly service: Service;
  /** Connection URL of the database `kuroko`; holds the password, so it is never to be logged. */
  readonly url: string;
  /**
   * Resolves once the started server answers and the database `kuroko` exists.
   * Throws after 30 seconds, or when `signal` aborts (the service has ended), with the end of its log.
   */
  readonly ready: (signal?: AbortSignal) => Promise<void>;
  /** What a person should know: copies that were made, where the data lies. */
  readonly notes: readonly string[];
};

/**
 * Gets data, binaries and a socket folder in order and says how to start the server; starts nothing.
 *
 * `dataDir` is Kuroko's data folder, the data goes to `postgres` in it. Started as root, the server runs as another
 * OS user; `sharedDir` (default `/var/lib/kuroko`) is where binaries or data go when that user cannot reach them.
 * Throws an Error with one sentence a person can act on.
 */
export async function preparePostgres(options: PostgresFolders): Promise<PreparedPostgres> {
  return describePostgres(options, clearStaleLock);
}

/** Like `preparePostgres`, of a server that runs: its lock is its own. */
export async function keptPostgres(options: PostgresFolders): Promise<PreparedPostgres> {
  return describePostgres(options, async () => {});
}

interface PostgresFolders {
  readonly dataDir: string;
  readonly sharedDir?: string;
}

async function describePostgres(
  options: PostgresFolders,
  clearLock: (data: string) => Promise<void>,
): Promise<PreparedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const sharedDir = options.sharedDir ?? '/var/lib/kuroko';
  const account = chooseAccount();
  const binaries = reachableBinaries(account, sharedDir);
  const folder = reachableFolder({ dataDir, account, sharedDir });
  const cluster = initCluster({ folder: folder.path, dataDir, binaries, account });
  await clearLock(cluster.data);
  const sockets = await socketFolder(folder.path, account);
  const service = serviceOf({
    binaries: binaries.bin,
    data: cluster.data,
    sockets,
    account,
    dataDir,
  });
  const url = connectionUrl('kuroko', cluster.password, sockets);
  const maintenance = connectionUrl('postgres', cluster.password, sockets);
  return {
    service,
    url,
    ready: (signal) =>
      untilPostgresAnswers({ maintenance, database: 'kuroko', logFile: service.logFile, signal }),
    notes: [...binaries.notes, ...folder.notes],
  };
}

/** Small settings: one machine, a start and some executors beside it, each with nine connections and one a worker. A commit is on disk before it is answered. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '200',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  synchronous_commit: 'on',
  // Commits of the same 50 microseconds share a write; one alone does not wait.
  commit_delay: '50',
  commit_siblings: '1',
  // Nothing replicates from it.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Containers often have 64 MB of /dev/shm, which parallel queries exhaust.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

function serviceOf(at: {
  readonly binaries: string;
  readonly data: string;
  readonly sockets: string;
  readonly account: Account | undefined;
  readonly dataDir: string;
}): Service {
  const all = { ...settings, unix_socket_directories: at.sockets };
  return {
    name: 'postgres',
    command: path.join(at.binaries, 'postgres'),
    args: [
      '-D',
      at.data,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
    ...(at.account && { uid: at.account.uid, gid: at.account.gid }),
    // A fast shutdown: sessions are ended, data is checkpointed. TERM would wait for the last client.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 10_000,
    logFile: path.join(at.dataDir, 'postgres.log'),
  };
}

/** `localhost` stands for the host that `?host=` replaces: without it pg connects to 127.0.0.1. */
export function connectionUrl(database: string, password: string, sockets: string): string {
  return `postgres://kuroko:${password}@localhost/${database}?host=${encodeURIComponent(sockets)}`;
}
