/**
 * Commands run by the test's own process, without a guardian: a second backend of the port, which shows that the suite asks for
 * nothing that only the guardian has.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { EndedBy, Running, Submission } from '../../src/guardian/protocol.ts';
import { createOutput } from '../../src/guardian/output.ts';
import { createSpool, type Spool } from '../../src/guardian/spool.ts';
import type { Commands, EndedCommand } from '../../src/processes/commands.ts';
import { CommandsError } from '../../src/processes/commands-error.ts';
import type { CommandPort } from './command-port.ts';
import { until } from './until.ts';

type Held = {
  readonly id: number;
  readonly spool: Spool;
  readonly child: ChildProcess;
  readonly startedAt: number;
  readonly ended: Promise<EndedCommand>;
  result: EndedCommand | null;
  stoppedBy: EndedBy;
};

export function openDirectCommands(): CommandPort & { readonly end: () => Promise<void> } {
  const held = new Map<number, Held>();
  const acknowledged = new Set<number>();
  const listeners = new Set<(running: Running) => void>();

  function start(submission: Submission): void {
    const { id, shell, env, chdir: cwd, runtimeLimitMs, graceMs } = submission;
    if (held.has(id) || acknowledged.has(id)) return;
    const spool = createSpool(submission.outputCap);
    const output = createOutput(submission.secrets, spool, () => undefined);
    // Both in one order, which two pipes would not keep.
    const child = spawn('/bin/sh', ['-c', `exec 2>&1\n${shell}`], {
      env,
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output.write(chunk);
      setTimeout(() => tell(command), 100);
    });
    const limit = runtimeLimitMs === null ? null : setTimeout(stopLate, runtimeLimitMs);
    const command: Held = {
      id,
      spool,
      child,
      startedAt: Date.now(),
      ended: endOf(child, cwd).then(async ({ code, signal, why }) => {
        if (limit) clearTimeout(limit);
        // What was ended with it may be waiting for somebody to notice.
        if (command.stoppedBy !== 'itself')
          await until('its group is empty', () => !kill(command, 0));
        output.write(Buffer.from(why));
        output.end();
        command.result = resultOf(command, code, signal);
        return command.result;
      }),
      result: null,
      stoppedBy: 'itself',
    };
    held.set(id, command);

    function stopLate(): void {
      void stop(command, graceMs, 'limit');
    }
  }

  function tell(command: Held): void {
    if (command.result) return;
    for (const listener of listeners) listener(describe(command));
  }

  async function stop(command: Held, graceMs: number, by: EndedBy): Promise<void> {
    if (command.result) return;
    command.stoppedBy = by;
    kill(command, 'SIGTERM');
    const timer = setTimeout(() => kill(command, 'SIGKILL'), graceMs);
    await command.ended;
    clearTimeout(timer);
  }

  function connect(): Promise<Commands> {
    let close: (error: Error) => void = () => undefined;
    const closing = new Promise<never>((_, reject) => {
      close = reject;
    });
    closing.catch(() => undefined);
    const mine = new Set<() => void>();
    let closed = false;
    const open = <Value>(answer: () => Value | Promise<Value>): Promise<Value> =>
      closed ? closing : Promise.race([closing, Promise.resolve().then(answer)]);
    const commands: Commands = {
      epoch: 'direct',
      submit: (submission) => closed || start(submission),
      ended: (id) =>
        open(() => {
          const command = held.get(id);
          if (command) return command.ended;
          throw new CommandsError(acknowledged.has(id) ? 'acknowledged' : 'unknown', `No ${id}.`);
        }),
      observe: (id) =>
        open(() => {
          const command = held.get(id);
          if (!command) return { status: 'unknown' as const, id };
          return command.result ?? describe(command);
        }),
      read: (id, from) =>
        open(() => {
          const spool = held.get(id)?.spool;
          if (!spool) return null;
          const slice = spool.read(from, 256 * 1024);
          return { ...slice, next: slice.from + slice.data.length, size: spool.size() };
        }),
      stop: (id, graceMs) =>
        open(async () => {
          const command = held.get(id);
          if (!command) return { status: 'unknown' as const, id };
          await stop(command, graceMs, 'stop');
          return { status: 'stopped' as const, id, groupEmpty: true };
        }),
      stopAll: (graceMs) =>
        open(async () => {
          await Promise.all([...held.values()].map((command) => stop(command, graceMs, 'stop')));
          return [];
        }),
      list: () => open(() => [...held.values()].map((one) => one.result ?? describe(one))),
      ack(...ids) {
        for (const id of ids) if (held.get(id)?.result && held.delete(id)) acknowledged.add(id);
      },
      lastWords: () => open(() => null),
      onRunning(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      onClose(listener) {
        if (closed) listener();
        mine.add(listener);
        return () => void mine.delete(listener);
      },
      close() {
        closed = true;
        close(new CommandsError('closed', 'It is closed.'));
        for (const listener of mine) listener();
      },
    };
    return Promise.resolve(commands);
  }

  return {
    connect,
    end: async () => {
      await Promise.all([...held.values()].map((command) => stop(command, 0, 'guardian')));
    },
  };
}

/** The pipe is read to its end before a result is given. */
async function endOf(
  child: ChildProcess,
  cwd: string,
): Promise<{ code: number | null; signal: string | null; why: string }> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code, signal, why: '' };
  } catch {
    return { code: 127, signal: null, why: `It could not be started in ${cwd}.\n` };
  }
}

function describe({ id, child, startedAt, spool }: Held): Running {
  const pid = child.pid ?? null;
  return { status: 'running', id, pid, pidStart: null, startedAt, outputSize: spool.size() };
}

function resultOf(command: Held, code: number | null, signal: string | null): EndedCommand {
  const { id, child, startedAt, spool, stoppedBy } = command;
  const size = spool.size();
  const { data } = spool.read(0, 64 * 1024);
  return {
    status: 'ended',
    id,
    pid: child.pid ?? null,
    code,
    signal,
    endedBy: stoppedBy,
    groupEmpty: !kill(command, 0),
    leftovers: [],
    startedAt,
    endedAt: Date.now(),
    outputSize: size,
    output: data.length === size ? data : null,
    peakMemory: null,
  };
}

/** False when there is nothing to be signalled. */
function kill({ child }: Held, signal: NodeJS.Signals | 0): boolean {
  try {
    return child.pid !== undefined && process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}
