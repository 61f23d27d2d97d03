/** `kuroko executor` as a host runs it, in a process of its own: to be killed, stopped, blocked and cut off. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesNamed } from './live-processes.ts';
import { until } from './until.ts';

/** Keeps its folder over any number of starts. */
export interface Host {
  readonly name: string;
  readonly dataDir: string;
  /** Starts its process, and waits until it is ready to work. */
  start(databaseUrl: string): Promise<HostProcess>;
  /** Lets a thread, or main, do something that no signal from outside can bring about. */
  order(thread: 'main' | 'executor' | 'keeper', order: Order): void;
  /** What was ordered and has been done, one line each. */
  done(): string[];
  /** Ends what still runs of it, and removes its folder. */
  remove(): Promise<void>;
}

export type Order =
  | { readonly do: 'block'; readonly ms: number }
  | { readonly do: 'throw' }
  | {
      readonly do: 'kill';
      readonly point: 'claim' | 'submit' | 'output' | 'exit' | 'commit';
      readonly nth: number;
      readonly when: 'before' | 'after';
    };

export interface HostProcess {
  readonly child: ChildProcess;
  readonly guardianPid: number;
  /** Standard output and error so far. */
  text(): string;
  /** Resolves with the exit code, or the signal. */
  readonly ended: Promise<number | string>;
}

export interface HostOptions {
  /** Its host name. */
  readonly name: string;
  readonly workers?: number;
  /** How much it says. */
  readonly log?: 'warn';
}

export function createHost({ name, workers = 4, log }: HostOptions): Host {
  const dataDir = mkdtempSync(path.join(tmpdir(), `kuroko-host-${name}-`));
  const started = new Set<ChildProcess>();
  const guardianOf = () =>
    processesNamed(dataDir).find(({ command }) => command.includes('guardian/main.js'));
  return {
    name,
    dataDir,
    async start(databaseUrl) {
      const child = spawn(
        process.execPath,
        [executable, 'executor', '--workers', String(workers)],
        {
          env: {
            PATH: process.env['PATH'],
            KUROKO_LOG: log ?? process.env['KUROKO_LOG'],
            DATABASE_URL: databaseUrl,
            HOSTNAME: name,
            KUROKO_DATA_DIR: dataDir,
            NODE_OPTIONS: `--require=${hook}`,
            KUROKO_TEST_FAULTS: dataDir,
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      started.add(child);
      child.once('exit', () => started.delete(child));
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          said += chunk;
        });
      }
      const ended = once(child, 'exit').then(
        ([code, signal]) => (code ?? signal) as number | string,
      );
      await until(
        `${name} to be ready`,
        () => {
          if (child.exitCode !== null) throw new Error(`${name} ended as it started: ${said}`);
          return said.includes('Executor is ready') || child.signalCode !== null;
        },
        60_000,
      );
      return { child, guardianPid: guardianOf()?.pid ?? 0, text: () => said, ended };
    },
    order(thread, order) {
      const file = path.join(dataDir, thread);
      // Whole, or not there: it is looked for all the time.
      writeFileSync(`${file}.new`, JSON.stringify(order));
      renameSync(`${file}.new`, file);
    },
    done: () =>
      readFileSync(path.join(dataDir, 'done'), { encoding: 'utf8', flag: 'a+' })
        .split('\n')
        .filter((line) => line !== ''),
    async remove() {
      for (const child of started) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
      }
      await until(`${name} to be gone`, () => guardianOf() === undefined, 30_000);
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const hook = fileURLToPath(new URL('fault-hook.cjs', import.meta.url));
const executable = fileURLToPath(new URL('../../dist/src/cli/kuroko.js', import.meta.url));
