/** Kuroko as a user starts it: the built program, in a process of its own, with a folder of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { runningPostgres } from '../../src/embedded/running-postgres.ts';
import { processesMarked, processesNamed, type LiveProcess } from './live-processes.ts';
import { until } from './until.ts';

/** What a user's `kuroko` is. */
export const executable = fileURLToPath(new URL('../../dist/src/cli/kuroko.js', import.meta.url));

export interface Home {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything alive that belongs to this folder: guardian, servers, commands. */
  leftovers(): LiveProcess[];
  /** Its commands with this text in their command line. */
  commands(text: string): LiveProcess[];
  /** Programs of this home that run, and what they have said so far. */
  readonly children: Map<ChildProcess, () => string>;
  /** Ends what still runs, and removes the folder. */
  remove(): Promise<void>;
}

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  /** `http://localhost:3000`, as printed. */
  readonly slackUrl: string;
  /** `name:key` of the API client that was printed. */
  readonly client: string;
  readonly databaseUrl: string;
  /** Standard output and error so far. */
  text(): string;
  /** Resolves with the exit code, or the signal. */
  readonly ended: Promise<number | string>;
}

/**
 * A data folder with a configuration of its own, on a free port. The files of its embedded Postgres are there already, with the
 * schema in place and nothing else: `bare` is without, as on the first start of all.
 */
export async function createHome(
  config = 'kill_grace: 1\n',
  { bare = false }: { readonly bare?: boolean } = {},
): Promise<Home> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-home-'));
  // As root the database runs as another user, who has to pass through.
  chmodSync(folder, 0o711);
  const dataDir = path.join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  if (!bare) {
    const copy = ['-a', `${inject('clusterTemplate')}/.`, dataDir];
    const { status, error, stderr } = spawnSync('cp', copy, { encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`the files of Postgres cannot be copied: ${error?.message ?? stderr}`);
  }
  const configFile = path.join(folder, 'kuroko2.yml');
  writeFileSync(configFile, config);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: folder,
    KUROKO_DATA_DIR: dataDir,
    KUROKO2_CONFIG: configFile,
    PORT: String(await freePort()),
  };
  const children = new Map<ChildProcess, () => string>();
  const leftovers = () => [
    ...processesNamed(dataDir).filter(({ command }) => !command.includes('vitest')),
    ...processesMarked(`HOME=${folder}\0`).filter(({ command }) => !command.includes('kuroko.js')),
  ];
  return {
    dataDir,
    env,
    leftovers,
    commands: (text) =>
      processesMarked(`HOME=${folder}\0`).filter(({ command }) => command.includes(text)),
    children,
    async remove() {
      for (const child of children.keys()) child.kill('SIGKILL');
      // What npm has started is no child of ours.
      for (const { pid, command } of processesMarked(`HOME=${folder}\0`))
        if (command.includes('kuroko.js')) process.kill(pid, 'SIGKILL');
      await until('everything of the home to end', () => leftovers().length === 0, 30_000);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Starts it and waits until it says that it is ready. Throws with what it printed when it does not. */
export async function startProgram(
  home: Home,
  extra: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<Program> {
  const started = spawnProgram(home, ['start', ...options], extra);
  const { child, text } = started;
  let over = false;
  child.once('close', () => {
    over = true;
  });
  await until(
    'Kuroko to be ready',
    () => {
      if (over) throw new Error(`Kuroko ended before it was ready:\n${text()}`);
      return text().includes('Kuroko is ready.') && text().includes('Ctrl-C ends everything.');
    },
    60_000,
  );
  const client = /ask for a name and a key: (\S+) \/ (\S+)/.exec(text());
  return {
    ...started,
    pid: child.pid ?? 0,
    port: Number(home.env['PORT']),
    slackUrl: /Slack {3}(http\S+)/.exec(text())?.[1] ?? '',
    client: `${client?.[1] ?? ''}:${client?.[2] ?? ''}`,
    databaseUrl: runningPostgres(home.dataDir) ?? '',
  };
}

/** Starts `kuroko executor` without waiting; `ready` resolves when it says that it is, and throws when it ends before. */
export function spawnExecutor(
  home: Home,
  args: readonly string[],
  extra: Record<string, string> = {},
): Pick<Program, 'child' | 'pid' | 'text' | 'ended'> & { readonly ready: () => Promise<void> } {
  const { child, text, ended } = spawnProgram(home, ['executor', ...args], extra);
  let over = false;
  child.once('close', () => {
    over = true;
  });
  const ready = async (): Promise<void> => {
    await until(
      'the executor to be ready',
      () => {
        if (over) throw new Error(`the executor ended before it was ready:\n${text()}`);
        return text().includes('Executor is ready: ');
      },
      60_000,
    );
  };
  return { child, pid: child.pid ?? 0, text, ended, ready };
}

/** Runs any verb to its end. */
export async function runProgram(
  home: Home,
  args: readonly string[],
  extra: Record<string, string> = {},
): Promise<{ code: number | string; text: string }> {
  const { ended, text } = spawnProgram(home, args, extra);
  return { code: await ended, text: text() };
}

function spawnProgram(home: Home, args: readonly string[], extra: Record<string, string>) {
  const child = spawn(process.execPath, [executable, ...args], {
    env: { ...home.env, ...extra },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.once('exit', () => home.children.delete(child));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  home.children.set(child, () => said);
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { child, text: () => said, ended };
}

/** A POST to the execution API; resolves with the instance's id. */
export async function postInstance(
  program: Pick<Program, 'port' | 'client'>,
  definitionId: number,
): Promise<number> {
  const url = `http://127.0.0.1:${program.port}/v1/definitions/${definitionId}/instances`;
  const authorization = `Basic ${Buffer.from(program.client).toString('base64')}`;
  const response = await fetch(url, { method: 'POST', headers: { authorization } });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: number }).id;
}

/** What the API says of an instance. */
export async function statusOf(
  program: Program,
  definitionId: number,
  instanceId: number,
): Promise<string> {
  const where = `/v1/definitions/${definitionId}/instances/${instanceId}`;
  const response = await fetch(`http://127.0.0.1:${program.port}${where}`, {
    headers: { authorization: `Basic ${Buffer.from(program.client).toString('base64')}` },
  });
  return ((await response.json()) as { status: string }).status;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
