/** Finds a place for the database's files that the account that runs it can reach. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import type { Account } from './choose-account.ts';

/**
 * `<dataDir>/postgres`. When the account cannot come that far (root's home is 0700), that is a link to a folder in
 * `sharedDir`, which survives restarts like any other. Throws an Error with one sentence a person can act on.
 *
 * The folder is ours and not the account's: root makes and renames things in it, and in a folder of somebody else each of
 * them could have been replaced by a link to somewhere else.
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
  if (!lstatSync(folder, { throwIfNoEntry: false })) place(folder, account, sharedDir);
  letThrough(dataDir, account);
  const real = realpathSync(folder);
  letThrough(real, account);
  if (!mayEnter(real, account)) {
    throw new Error(
      `The OS user \`${account.name}\` that runs the embedded Postgres cannot reach ${real}: ` +
        'move KUROKO_DATA_DIR to a folder that it can, or set DATABASE_URL.',
    );
  }
  const away = lstatSync(folder).isSymbolicLink();
  return {
    path: away ? real : folder,
    notes: away
      ? [
          `The database's files lie in ${real}: the OS user \`${account.name}\` cannot reach ${folder}.`,
        ]
      : [],
  };
}

function place(folder: string, account: Account, sharedDir: string): void {
  letThrough(path.dirname(folder), account);
  if (mayEnter(path.dirname(folder), account)) {
    mkdirSync(folder, { mode: 0o700 });
    return;
  }
  mkdirSync(sharedDir, { recursive: true, mode: 0o755 });
  symlinkSync(mkdtempSync(path.join(sharedDir, 'postgres-data-')), folder);
}

/** The account's group may pass through the folder, and still neither list nor read what is in it. */
function letThrough(folder: string, account: Account): void {
  if (mayEnter(folder, account)) return;
  const { uid, mode } = statSync(folder);
  chownSync(folder, uid, account.gid);
  chmodSync(folder, (mode & 0o707) | 0o010);
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
