/** Connects to a running guardian through its socket. */
import { Buffer } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Ended,
  Observed,
  QuestionName,
  Questions,
  Request,
  Running,
  Said,
} from '../guardian/protocol.ts';
import { CommandsError } from './commands-error.ts';
import type { EndedCommand, ObservedCommand } from './commands.ts';
import type { Guardian, ServiceEnded } from './guardian.ts';
import { openSocket } from './open-socket.ts';

/**
 * Resolves once the guardian has said hello. Rejects with a CommandsError `closed` when nobody answers there.
 *
 * @param socketPath as given by `startGuardian`
 */
export async function connectGuardian(socketPath: string): Promise<Guardian> {
  const { guardian } = await openConnection(socketPath);
  return guardian;
}

/** Like `connectGuardian`, and this connection becomes the lifeline of a guardian that waits for its next main. */
export async function attachGuardian(socketPath: string): Promise<Guardian> {
  const { guardian, ask } = await openConnection(socketPath);
  await ask('attach', {});
  return guardian;
}

type Ask = <Name extends QuestionName>(
  name: Name,
  what: Questions[Name]['ask'],
) => Promise<Questions[Name]['answer']>;

type Waiting<Value> = { resolve: (value: Value) => void; reject: (error: Error) => void };

async function openConnection(socketPath: string): Promise<{ guardian: Guardian; ask: Ask }> {
  const asked = new Map<number, Waiting<Questions[QuestionName]['answer']>>();
  const awaited = new Map<number, Waiting<EndedCommand>[]>();
  const results = new Map<number, EndedCommand>();
  const refusals = new Map<number, CommandsError>();
  /** Ids of which this connection will hear without asking. */
  const followed = new Set<number>();
  const runningListeners = new Set<(running: Running) => void>();
  const serviceListeners = new Set<(ended: ServiceEnded) => void>();
  const closeListeners = new Set<() => void>();
  let closed = false;
  let lastRequest = 0;
  let acknowledged: number[] = [];

  const { socket, hello } = await openSocket(socketPath, hear, onClosed);

  function onClosed(): void {
    closed = true;
    const error = () => new CommandsError('closed', 'The connection to the guardian is closed.');
    for (const waiting of asked.values()) waiting.reject(error());
    for (const waiting of [...awaited.values()].flat()) waiting.reject(error());
    asked.clear();
    awaited.clear();
    for (const listener of closeListeners) listener();
    closeListeners.clear();
  }

  function hear(said: Said): void {
    switch (said.type) {
      case 'hello':
        return;
      case 'running':
        for (const listener of runningListeners) listener(said.running);
        return;
      case 'ended':
        return settle(endedCommand(said.ended));
      case 'refused':
        return refuse(said.id, new CommandsError(said.reason, refusal(said.id, said.reason)));
      case 'serviceEnded':
        for (const listener of serviceListeners) listener(said.service);
        return;
      case 'answer':
        asked.get(said.request)?.resolve(said.answer);
        asked.delete(said.request);
        return;
      case 'failed':
        asked.get(said.request)?.reject(new CommandsError('failed', said.message));
        asked.delete(said.request);
        return;
    }
  }

  function settle(ended: EndedCommand): void {
    results.set(ended.id, ended);
    for (const waiting of awaited.get(ended.id) ?? []) waiting.resolve(ended);
    awaited.delete(ended.id);
  }

  function refuse(id: number, error: CommandsError): void {
    refusals.set(id, error);
    for (const waiting of awaited.get(id) ?? []) waiting.reject(error);
    awaited.delete(id);
  }

  function say(request: Request): void {
    if (!closed) socket.write(`${JSON.stringify(request)}\n`);
  }

  const ask: Ask = (type, what) =>
    new Promise((resolve, reject) => {
      if (closed)
        return reject(new CommandsError('closed', 'The connection to the guardian is closed.'));
      flushAcknowledged();
      lastRequest += 1;
      asked.set(lastRequest, {
        resolve,
        reject,
      });
      say({ type, request: lastRequest, ...what } as Request);
    });

  function flushAcknowledged(): void {
    if (acknowledged.length > 0) say({ type: 'ack', ids: acknowledged });
    acknowledged = [];
  }

  const guardian: Guardian = {
    socketPath,
    epoch: hello.epoch,
    bootId: hello.bootId,
    pid: hello.pid,
    submit(submission) {
      followed.add(submission.id);
      refusals.delete(submission.id);
      say({ type: 'submit', submission, ack: acknowledged });
      acknowledged = [];
    },
    async ended(id) {
      const result = results.get(id);
      if (result) return result;
      const refused = refusals.get(id);
      if (refused) throw refused;
      if (!followed.has(id)) {
        const observed = await guardian.observe(id);
        if (observed.status === 'unknown')
          throw new CommandsError('unknown', `No execution ${id} is known.`);
        if (observed.status === 'ended') return observed;
      }
      return await new Promise<EndedCommand>((resolve, reject) => {
        const arrived = results.get(id);
        if (arrived) return resolve(arrived);
        if (closed)
          return reject(new CommandsError('closed', 'The connection to the guardian is closed.'));
        awaited.set(id, [...(awaited.get(id) ?? []), { resolve, reject }]);
      });
    },
    async observe(id) {
      const observed = observedCommand(await ask('observe', { id }));
      if (observed.status === 'running') followed.add(id);
      return observed;
    },
    async read(id, from) {
      const slice = await ask('read', { id, from });
      return slice && { ...slice, data: Buffer.from(slice.data, 'base64') };
    },
    stop: (id, graceMs) => ask('stop', { id, graceMs }),
    stopAll: (graceMs) => ask('stopAll', { graceMs }),
    async list() {
      return (await ask('list', {})).map((held) =>
        held.status === 'ended' ? endedCommand(held) : held,
      );
    },
    ack(...ids) {
      if (acknowledged.length === 0) setImmediate(flushAcknowledged);
      acknowledged.push(...ids);
      for (const id of ids) {
        results.delete(id);
        followed.delete(id);
      }
    },
    async lastWords(id, epoch) {
      const words = await ask('lastWords', { id, epoch: epoch ?? null });
      return words && { ...words, outputTail: Buffer.from(words.outputTail, 'base64') };
    },
    onRunning: (listener) => subscribe(runningListeners, listener),
    onServiceEnded: (listener) => subscribe(serviceListeners, listener),
    onClose(listener) {
      if (closed) listener();
      return subscribe(closeListeners, listener);
    },
    startService: (service) => ask('startService', { service }),
    stopService: (name) => ask('stopService', { name }),
    services: () => ask('services', {}),
    async setGrace(graceMs) {
      await ask('setGrace', { graceMs });
    },
    async handover(seconds) {
      await ask('handover', { seconds });
    },
    async end(graceMs) {
      const gone = new Promise<void>((resolve) => {
        guardian.onClose(resolve);
      });
      await ask('end', { graceMs });
      await gone;
      await exited(hello.pid);
    },
    close() {
      flushAcknowledged();
      socket.end();
    },
  };
  return { guardian, ask };
}

/** The connection closes a moment before the process does: who says that nothing is left has waited for it, a second at most. */
async function exited(pid: number): Promise<void> {
  for (let left = 200; left > 0 && isAlive(pid); left -= 1) await sleep(5);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function endedCommand(ended: Ended): EndedCommand {
  return { ...ended, output: ended.output === null ? null : Buffer.from(ended.output, 'base64') };
}

function observedCommand(observed: Observed): ObservedCommand {
  return observed.status === 'ended' ? endedCommand(observed) : observed;
}

function refusal(id: number, reason: 'ending' | 'acknowledged'): string {
  return reason === 'ending'
    ? `The guardian is ending and did not start execution ${id}.`
    : `Execution ${id} was run already and its result acknowledged; it is not started again.`;
}
