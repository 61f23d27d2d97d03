/**
 * Pipes for the output of commands. Node's own 'pipe' is a pair of sockets, which a script cannot open again: `> /dev/stderr`
 * would fail. Node cannot make a real pipe, so they are named ones, made by the dozen and unlinked as soon as they are open.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export type Pipe = { readonly readEnd: number; readonly writeEnd: number };

export type FifoPool = {
  /** Both ends of a new pipe; the reader's does not block. Rejects when there is no room for pipes or files. */
  readonly open: () => Promise<Pipe>;
  /** Resolves when nothing is made any more; what is opened then is refused. */
  readonly close: () => Promise<void>;
};

const BATCH = 64;
const LOW = 32;
/** For one that finds none although they were just made: somebody takes them away. */
const FILLS = 3;

/** @param folder empty, and only the guardian's */
export function createFifoPool(folder: string): FifoPool {
  const ready: string[] = [];
  let made = 0;
  let filling: Promise<void> | undefined;
  let closed = false;

  function fill(): Promise<void> {
    filling ??= makeBatch().finally(() => {
      filling = undefined;
    });
    return filling;
  }

  async function makeBatch(): Promise<void> {
    // Somebody may have cleaned up here.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const paths = Array.from({ length: BATCH }, (_, index) => join(folder, String(made + index)));
    made += BATCH;
    await makeFifos(paths);
    ready.push(...paths);
  }

  async function open(): Promise<Pipe> {
    for (let fills = 0; fills <= FILLS; fills += 1) {
      if (closed) throw new Error('the guardian is ending');
      // A failure to refill in advance is told to whoever finds the pool empty.
      if (ready.length <= LOW) fill().catch(() => undefined);
      if (ready.length === 0) await fill();
      for (let path = ready.pop(); path !== undefined; path = ready.pop()) {
        const pipe = openFifo(path);
        if (pipe) return pipe;
      }
    }
    throw new Error(`${folder} is emptied again and again`);
  }

  async function close(): Promise<void> {
    closed = true;
    await filling?.catch(() => undefined);
  }

  return { open, close };
}

/** The reader first, without blocking: the writer's end then opens at once. Null when it has vanished. */
function openFifo(path: string): Pipe | null {
  const readEnd = openIfThere(path);
  if (readEnd === null) return null;
  try {
    const writeEnd = openSync(path, constants.O_WRONLY);
    unlinkSync(path);
    return { readEnd, writeEnd };
  } catch (error) {
    closeSync(readEnd);
    throw error;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function makeFifos(paths: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('mkfifo', ['-m', '600', ...paths], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve();
      reject(new Error(`mkfifo: ${complaint.trim()}`));
    });
  });
}
