/** The same shell step for whoever runs it in its own process: its output drained, its exit awaited. */
import { spawn } from 'node:child_process';

/** Resolves with the exit code when the command and its output have ended. */
export function runShell(shell: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', shell], {
      env: { PATH: '/usr/bin:/bin' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.resume();
    child.stderr.resume();
    child.on('error', reject);
    child.on('close', resolve);
  });
}
