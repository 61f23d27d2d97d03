/** Where a guardian keeps its things, and where its socket lies. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export type Folder = {
  readonly lockFile: string;
  readonly journalFile: string;
  readonly endpointFile: string;
  readonly path: string;
};

/** The path of a Unix socket has 108 bytes at most. */
const LONGEST_SOCKET_PATH = 100;
const TEMPORARY = 'kuroko-';

/** `guardian/` below the data folder: nobody else may even look, whatever the data folder allows. */
export function openFolder(dataDir: string): Folder {
  const path = join(dataDir, 'guardian');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(path);
  if (uid !== process.getuid?.()) throw new Error(`${path} belongs to another user (${uid})`);
  chmodSync(path, 0o700);
  return {
    path,
    lockFile: join(path, 'lock'),
    journalFile: join(path, 'journal'),
    endpointFile: join(path, 'endpoint'),
  };
}

/** Of the guardian that has the folder, or had it last; null when there was none. */
export function readEndpoint(folder: Folder): string | null {
  try {
    return readFileSync(folder.endpointFile, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Must have the folder. Removes what the guardian before has left; returns where the socket belongs: beside a data folder with a long path. */
export function openRunFolder(folder: Folder): string {
  removeRunFolder(folder);
  const short = Buffer.byteLength(join(folder.path, 'socket')) < LONGEST_SOCKET_PATH;
  const path = short ? folder.path : mkdtempSync(join(tmpdir(), TEMPORARY));
  const socketPath = join(path, 'socket');
  writeFileSync(`${folder.endpointFile}.new`, `${socketPath}\n`, { mode: 0o600 });
  renameSync(`${folder.endpointFile}.new`, folder.endpointFile);
  return socketPath;
}

/** Must have the folder. */
export function removeRunFolder(folder: Folder): void {
  const socketPath = readEndpoint(folder);
  if (socketPath) {
    const path = dirname(socketPath);
    if (path !== folder.path && isOurTemporary(path))
      rmSync(path, { recursive: true, force: true });
  }
  rmSync(join(folder.path, 'socket'), { force: true });
  rmSync(folder.endpointFile, { force: true });
}

/** The name was read from a file: remove nothing that was not made here. */
function isOurTemporary(path: string): boolean {
  if (!basename(path).startsWith(TEMPORARY) || !existsSync(path)) return false;
  const entry = lstatSync(path);
  return entry.isDirectory() && entry.uid === process.getuid?.();
}
