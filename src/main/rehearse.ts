/** Tries, before anything is let go of, whether the program could be started again: as it lies on the disk, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { supervisorVariable } from './supervisor-link.ts';

/** Has `start` and `executor` load everything, configuration and all, and start nothing. */
const rehearsalOption = '--dry-run';
/** Names the socket of a guardian with which the rehearsed program must be able to talk. */
export const guardianVariable = 'KUROKO_GUARDIAN_SOCKET';

const patienceMs = 30_000;
const mostText = 2_000;

/** Resolves with what it said against it, or null. `guardianSocket`: of the guardian that it would take over, if any. */
export async function rehearse(guardianSocket: string | null): Promise<string | null> {
  const args = [...process.execArgv, ...process.argv.slice(1), rehearsalOption];
  const { [supervisorVariable]: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: guardianSocket === null ? env : { ...env, [guardianVariable]: guardianSocket },
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-mostText);
    });
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return null;
    return text.trim() || `it ended with ${code === null ? 'a signal' : `exit ${code}`}`;
  } catch (error) {
    return (error as Error).message;
  }
}
