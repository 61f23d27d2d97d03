/** Chooses the folder of the database's Unix socket: short, private, on a file system that has sockets. */

import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Account } from './choose-account.ts';

/**
 * `<folder>/run` where a socket fits and works: it stays the same over restarts, and nobody sweeps it. Else a 0700 folder
 * in /tmp (`TMPDIR` may be as deep); its name is kept, so restarts leave no trail of empty folders.
 */
export async function socketFolder(folder: string, account: Account | undefined): Promise<string> {
  const near = path.join(folder, 'run');
  mkdirSync(near, { recursive: true, mode: 0o700 });
  own(near, account);
  if (await holdsSocket(near)) return near;

  const record = path.join(folder, 'socket-folder');
  const known = readRecord(record);
  if (known !== undefined && isOurs(known, account)) return known;
  const made = mkdtempSync('/tmp/kuroko-');
  own(made, account);
  writeFileSync(record, made);
  return made;
}

function own(folder: string, account: Account | undefined): void {
  chmodSync(folder, 0o700);
  if (account) chownSync(folder, account.uid, account.gid);
}

/** Tried rather than guessed: a path has 107 bytes at most, and some mounted file systems have no sockets. */
async function holdsSocket(folder: string): Promise<boolean> {
  const probe = path.join(folder, '.s.PGSQL.probe');
  if (Buffer.byteLength(probe) > 107) return false;
  rmSync(probe, { force: true });
  const server = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(probe, () => resolve(true));
  });
  if (bound) await new Promise((resolve) => server.close(resolve));
  return bound;
}

function readRecord(record: string): string | undefined {
  try {
    return readFileSync(record, 'utf8');
  } catch {
    return undefined;
  }
}

/** In a temporary folder anybody may have taken the name since. */
function isOurs(folder: string, account: Account | undefined): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const uid = account?.uid ?? process.getuid?.();
  return (
    found !== undefined &&
    found.isDirectory() &&
    found.uid === uid &&
    (found.mode & 0o777) === 0o700
  );
}
