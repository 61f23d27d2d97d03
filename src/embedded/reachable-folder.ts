/** Finds a place for the database's files that the account that runs it can reach. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import type { Account } from './choose-account.ts';

/**
 * `<dataDir>/postgres`, owned by the account, 0700. When the account cannot come that far even though `dataDir` lets
 * it through (root's home is 0700), a link to a folder in `sharedDir` instead, which survives restarts like any other.
 */
export function reachableFolder(options: {
  readonly dataDir: string;
  readonly account: Account | undefined;
  readonly sharedDir: string;
}): { readonly path: string; readonly notes: readonly string[] } {
  const { dataDir, account, sharedDir } = options;
  const folder = path.join(dataDir, 'postgres');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!account) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { path: folder, notes: [] };
  }
  // Its group, which is the account's own, may pass through; nobody may list or read.
  chownSync(dataDir, 0, account.gid);
  chmodSync(dataDir, 0o710);
  if (!lstatSync(folder, { throwIfNoEntry: false })) place(folder, account, sharedDir);
  const real = realpathSync(folder);
  if (!mayEnter(real, account)) {
    throw new Error(
      `The OS user \`${account.name}\` that runs the embedded Postgres cannot reach ${real}: ` +
        'move KUROKO_DATA_DIR to a folder that it can, or set DATABASE_URL.',
    );
  }
  return real === folder || real === path.join(realpathSync(dataDir), 'postgres')
    ? { path: folder, notes: [] }
    : {
        path: real,
        notes: [
          `The database's files lie in ${real}: the OS user \`${account.name}\` cannot reach ${folder}.`,
        ],
      };
}

function place(folder: string, account: Account, sharedDir: string): void {
  if (mayEnter(path.dirname(folder), account)) {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, account.uid, account.gid);
    return;
  }
  mkdirSync(sharedDir, { recursive: true, mode: 0o755 });
  const elsewhere = mkdtempSync(path.join(sharedDir, 'postgres-data-'));
  chownSync(elsewhere, account.uid, account.gid);
  symlinkSync(elsewhere, folder);
}

/** Asks the system rather than the mode bits: every folder above counts, and so do access lists. */
function mayEnter(folder: string, account: Account): boolean {
  const run = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    cwd: '/',
    uid: account.uid,
    gid: account.gid,
    stdio: 'ignore',
  });
  return run.status === 0;
}
