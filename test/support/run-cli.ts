// Runs the compiled command line, as a shell would.

import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const root = new URL('../..', import.meta.url).pathname;
/** `KUROKO_DIST` names another build than `npm run build`'s. */
const bin = path.resolve(root, process.env['KUROKO_DIST'] ?? 'dist', 'src/cli/kuroko.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  (...args: readonly string[]): Promise<CliResult>;
  /** Started, not waited for. */
  readonly spawn: (...args: readonly string[]) => ChildProcess;
}

/** Each in a folder of its own, inside a test, and with nothing of our environment but what is given. */
export function cliWith(env: Readonly<Record<string, string>>, input = ''): Cli {
  const start = (...args: readonly string[]) => {
    const cwd = temporaryFolder();
    return spawn(process.execPath, [bin, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TZ: 'UTC', ...env },
    });
  };
  const run = (...args: readonly string[]) =>
    new Promise<CliResult>((resolve, reject) => {
      const child = start(...args);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  return Object.assign(run, { spawn: start });
}
