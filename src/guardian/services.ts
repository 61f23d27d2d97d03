/** Servers kept beside the commands: stopped last, in reverse order of their start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { complain } from './complain.ts';
import type { Journal } from './journal.ts';
import { readProcess } from './process-table.ts';
import type { Service, ServiceStatus } from './protocol.ts';
import type { Stopper } from './stopper.ts';
import { SERVICE_MARKER, type Target, withMarker } from './target.ts';

export type Services = {
  /** A service that runs already is left alone. Rejects when it cannot be started. */
  readonly start: (service: Service) => Promise<ServiceStatus>;
  /** Resolves when nothing of it is left; null when there is none of that name. */
  readonly stop: (name: string) => Promise<ServiceStatus | null>;
  readonly list: () => ServiceStatus[];
  /** Resolves with the names of those of which something is alive. */
  readonly stopAll: () => Promise<string[]>;
};

type Kept = {
  readonly service: Service;
  readonly target: Target;
  readonly ended: Promise<void>;
  asked: boolean;
  status: ServiceStatus;
};

/**
 * @param outside calls what it is given where no control group of commands is
 * @param onEnded is told of every end, asked for or not
 */
export function createServices(
  epoch: string,
  journal: Journal,
  stopper: Stopper,
  outside: <Value>(start: () => Value) => Promise<Value>,
  onEnded: (ended: Extract<ServiceStatus, { status: 'ended' }>) => void,
): Services {
  const kept = new Map<string, Kept>();

  async function startHere(service: Service): Promise<ServiceStatus> {
    const known = kept.get(service.name);
    if (known?.status.status === 'running') return known.status;
    const marker = `${SERVICE_MARKER}=${epoch}:${service.name}`;
    const child = spawnService(service, marker);
    const { pid } = child;
    if (pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
    const { name, stopSignal, stopTimeoutMs } = service;
    const pidStart = readProcess(pid)?.start ?? 0;
    journal.append({ type: 'service', epoch, name, pid, pidStart, stopSignal, stopTimeoutMs });
    const entry: Kept = {
      service,
      target: { marker, groups: [{ id: pid, start: pidStart }] },
      ended: new Promise((resolve) => child.once('exit', () => resolve())),
      asked: false,
      status: { name, status: 'running', pid },
    };
    // The last started is the first stopped, also when it was started again.
    kept.delete(name);
    kept.set(name, entry);
    child.once('exit', (code, signal) => {
      const ended = { name, status: 'ended' as const, code, signal, asked: entry.asked };
      entry.status = ended;
      onEnded(ended);
      noteEnd(name, pid);
    });
    return entry.status;
  }

  /** On a full disk the next guardian looks for it in vain. */
  function noteEnd(name: string, pid: number): void {
    try {
      journal.append({ type: 'serviceEnded', epoch, name, pid });
    } catch (error) {
      complain(`The end of ${name} could not be written down`, error);
    }
  }

  async function stop(name: string): Promise<ServiceStatus | null> {
    const entry = kept.get(name);
    if (!entry) return null;
    await stopEntry(entry);
    return entry.status;
  }

  async function stopEntry(entry: Kept): Promise<boolean> {
    const { stopSignal: signal, stopTimeoutMs: graceMs } = entry.service;
    entry.asked ||= entry.status.status === 'running';
    const empty = await stopper.stop(entry.target, { signal, graceMs, to: 'leader' });
    if (empty) await entry.ended;
    return empty;
  }

  async function stopAll(): Promise<string[]> {
    const survivors = [];
    for (const entry of [...kept.values()].toReversed()) {
      if (!(await stopEntry(entry))) survivors.push(entry.service.name);
    }
    return survivors;
  }

  const start = async (service: Service) => await outside(() => startHere(service));

  return { start, stop, list: () => [...kept.values()].map(({ status }) => status), stopAll };
}

function spawnService(
  { command, args, env, cwd, uid, gid, logFile }: Service,
  marker: string,
): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(command, args, {
      cwd,
      env: withMarker(env, marker),
      detached: true,
      stdio: ['ignore', log, log],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
  } finally {
    closeSync(log);
  }
}
