/** Makes the database's files on the first start, and checks on later ones that they belong to this Postgres. */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Account } from './choose-account.ts';
import type { Binaries } from './reachable-binaries.ts';

/**
 * The cluster lies in `<folder>/data`, its password in `<dataDir>/postgres.password` (0600, ours alone).
 * initdb works in a folder of another name that is renamed when it is whole: a first start that was
 * interrupted is simply done again.
 */
export function initCluster(options: {
  readonly folder: string;
  readonly dataDir: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
}): { readonly data: string; readonly password: string } {
  const { folder, dataDir, binaries } = options;
  const data = path.join(folder, 'data');
  const passwordFile = path.join(dataDir, 'postgres.password');
  if (existsSync(data)) {
    refuseOtherVersion(data, binaries.major);
    return { data, password: readPassword(passwordFile) };
  }
  const password = randomBytes(24).toString('hex');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  giveTo(options.account, unfinished);
  runInitdb(unfinished, password, options);
  renameSync(unfinished, data);
  return { data, password };
}

function refuseOtherVersion(data: string, major: number): void {
  const found = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (found === String(major)) return;
  throw new Error(
    `The database in ${data} was made by Postgres ${found}, and this Kuroko brings Postgres ${major}: ` +
      `move its data over with pg_dump of Postgres ${found}, or move the folder away to start empty.`,
  );
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Error(
      `The password of the embedded Postgres cannot be read (${(cause as Error).message}).`,
      {
        cause,
      },
    );
  }
}

function runInitdb(
  target: string,
  password: string,
  { binaries, account }: { readonly binaries: Binaries; readonly account: Account | undefined },
): void {
  const handover = mkdtempSync(path.join(path.dirname(target), 'initdb-'));
  const passwordFile = path.join(handover, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(account, passwordFile);
  giveTo(account, handover);
  try {
    const run = spawnSync(
      path.join(binaries.bin, 'initdb'),
      [
        `--pgdata=${target}`,
        '--username=kuroko',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Postgres' own collation: the same order on every operating system and after its updates.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
      ],
      {
        cwd: '/',
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
        ...(account && { uid: account.uid, gid: account.gid }),
      },
    );
    if (run.status !== 0) {
      const said = run.error?.message ?? run.stderr.trim().split('\n').at(-1) ?? '';
      throw new Error(`The embedded Postgres cannot make its files in ${target}: ${said}`);
    }
  } finally {
    rmSync(handover, { recursive: true, force: true });
  }
}

function giveTo(account: Account | undefined, file: string): void {
  if (account) chownSync(file, account.uid, account.gid);
}
