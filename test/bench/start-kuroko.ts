/** The built program as the README's unit starts it, in a folder of its own, beside a Slack that only answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/embedded/free-port.ts';
import { until } from '../support/until.ts';

const executable = fileURLToPath(new URL('../../src/cli/kuroko.js', import.meta.url));

export interface Kuroko {
  readonly child: ChildProcess;
  readonly port: number;
  /** Its home, removed with `stop`. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

export interface KurokoOptions {
  readonly databaseUrl: string;
  readonly slackApiUrl: string;
  /** Text of `kuroko2.yml`. */
  readonly config?: string;
  /** Of Node. */
  readonly options?: readonly string[];
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
}

/** Resolves once it says that it is ready. */
export async function startKuroko({
  databaseUrl,
  slackApiUrl,
  config = '',
  options = [],
  env,
}: KurokoOptions): Promise<Kuroko> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-bench-home-'));
  const port = await freePort(0);
  writeFileSync(path.join(folder, 'kuroko2.yml'), config);
  const args = ['--max-semi-space-size=4', ...options, executable, 'start'];
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      DATABASE_URL: databaseUrl,
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_SIGNING_SECRET: 'bench',
      SLACK_API_URL: slackApiUrl,
      KUROKO_DATA_DIR: path.join(folder, 'data'),
      KUROKO2_CONFIG: path.join(folder, 'kuroko2.yml'),
      KUROKO_LOG: 'error',
      PORT: String(port),
      ...env?.(folder),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until('Kuroko to be ready', () => said.includes('Kuroko is ready'), 60_000);
  return {
    child,
    port,
    folder,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
