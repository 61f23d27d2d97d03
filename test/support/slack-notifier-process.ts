/** Notifiers in processes of their own, to be killed at any moment. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { commandDefaults } from '../../src/config.ts';
import { long } from './form.ts';
import type { NotifierData } from '../../src/workers/notifier.ts';

const build = path.join(import.meta.dirname, '..', '..', 'dist');
const script = path.join(import.meta.dirname, 'slack-notifier-process.mjs');

/** Ready when its thread is; killed by `killNotifier`, or at the end of the test. */
export async function startNotifier(
  url: string,
  apiUrl: string,
  atEnd: (cleanUp: () => void) => void,
): Promise<ChildProcess> {
  const workerData: NotifierData = {
    databaseUrl: url,
    // In the short form posts keep no distance.
    slack: { botToken: 'xoxb-test', apiUrl, ...(!long && { postEveryMs: 20 }) },
    baseUrl: 'http://kuroko.example',
    defaultChannel: null,
    dialect: 'slack',
    templates: null,
    config: commandDefaults,
    notifiers: { webhook: null, hipchat: null, mail: null },
  };
  const child = spawn(process.execPath, [script, JSON.stringify({ build, workerData })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KUROKO_LOG: 'silent' },
  });
  atEnd(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('a notifier without output');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('it has ended at once')));
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => {});
  return child;
}

export async function killNotifier(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
