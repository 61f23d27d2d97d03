/** Starts the guardian of a data folder, or takes over one that waits for its next main. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Announcement } from '../guardian/protocol.ts';
import { attachGuardian, connectGuardian } from './connect-guardian.ts';
import { CommandsError } from './commands-error.ts';
import { GuardianError } from './guardian-error.ts';
import type { Guardian } from './guardian.ts';

export type GuardianOptions = {
  /** Created with mode 0700 when missing; the guardian keeps its own things in `guardian/` below it. */
  readonly dataDir: string;
  /** Between TERM and KILL when the guardian has to end by itself. */
  readonly graceMs: number;
  /** How long to wait for a former guardian of the folder to end; 60 s when left out. */
  readonly waitMs?: number;
  /** False: commands get no control group of their own, even where that is possible. */
  readonly cgroup?: boolean;
  /** Told in a sentence what is being waited for. */
  readonly onWait?: (message: string) => void;
};

/**
 * Takes possession of the data folder: whatever a former guardian left running there is ended first. The calling process is the
 * guardian's lifeline from then on: when it ends in whatever way, all commands and services end.
 *
 * Rejects with a GuardianError: `taken` when another guardian has the folder, `failed` when it could not start (the message
 * says why).
 */
export async function startGuardian(options: GuardianOptions): Promise<Guardian> {
  mkdirSync(join(options.dataDir, 'guardian'), { recursive: true, mode: 0o700 });
  const child = spawnGuardian(options);
  const announcement = await readAnnouncement(child, options.onWait);
  switch (announcement.type) {
    case 'ready':
      return withLifeline(await connectGuardian(announcement.socketPath), child);
    case 'orphaned':
      return await attachOrStart(announcement.socketPath, options);
    case 'taken':
    case 'failed':
      throw new GuardianError(announcement.type, announcement.message);
  }
}

/** Somebody else may have been faster, or its time is up in this moment: then a fresh look says which. */
async function attachOrStart(socketPath: string, options: GuardianOptions): Promise<Guardian> {
  try {
    return await attachGuardian(socketPath);
  } catch (error) {
    if (error instanceof CommandsError) return await startGuardian(options);
    throw error;
  }
}

/**
 * The guardian runs compiled JavaScript in a process of its own: detached, so that neither Ctrl-C nor a kill of main's group
 * reaches it, and with a small young generation, because what it costs to start a command grows with the memory of the
 * process that starts it.
 */
function spawnGuardian(options: GuardianOptions): ChildProcess {
  const { dataDir, graceMs, waitMs = 60_000, cgroup = true } = options;
  const log = openSync(join(dataDir, 'guardian', 'guardian.log'), 'a', 0o600);
  const settings = JSON.stringify({
    main: process.pid,
    dataDir: absolute(dataDir),
    graceMs,
    waitMs,
    cgroup,
  });
  const child = spawn(process.execPath, ['--max-semi-space-size=1', guardianProgram(), settings], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', log],
    env: guardianEnvironment(),
  });
  closeSync(log);
  child.unref();
  // A guardian that is gone is noticed by the connections to it.
  child.stdin?.on('error', () => undefined);
  return child;
}

/** What its own few commands need; nothing of main's settings or secrets, and no NODE_OPTIONS that would make it large. */
function guardianEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'KUROKO_EXECUTION'];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

/** The lifeline is the guardian's standard input, which the system closes however this process ends. */
function withLifeline(guardian: Guardian, child: ChildProcess): Guardian {
  return {
    ...guardian,
    close() {
      guardian.close();
      child.stdin?.destroy();
    },
  };
}

/** This file runs compiled, and as TypeScript in tests; the guardian's program is the compiled one for both. */
function guardianProgram(): string {
  const toProgram = import.meta.url.endsWith('.ts')
    ? '../../dist/src/guardian/main.js'
    : '../guardian/main.js';
  return fileURLToPath(new URL(toProgram, import.meta.url));
}

type Settled = Exclude<Announcement, { type: 'waiting' }>;

function readAnnouncement(
  child: ChildProcess,
  onWait: GuardianOptions['onWait'],
): Promise<Settled> {
  return new Promise((resolve, reject) => {
    const { stdout } = child;
    let text = '';
    stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const announcement = JSON.parse(text.slice(0, end)) as Announcement;
        text = text.slice(end + 1);
        if (announcement.type === 'waiting') {
          onWait?.(announcement.message);
        } else {
          resolve(announcement);
          stdout.destroy();
          return;
        }
      }
    });
    child.once('error', reject);
    stdout?.once('end', () => {
      reject(
        new GuardianError(
          'failed',
          'The guardian ended before it was ready; its log is guardian/guardian.log.',
        ),
      );
    });
  });
}
