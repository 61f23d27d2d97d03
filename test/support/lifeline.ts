/** Starts a server for tests in such a way that it ends with them, however they end. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Service } from '../../src/guardian/protocol.ts';

/** `ended` aborts when the server has ended. `stop` ends it and removes `folder`, if one was given. */
export type StartedServer = {
  readonly pid: number | undefined;
  readonly ended: AbortSignal;
  readonly stop: () => Promise<void>;
};

/**
 * Beside the server stands a shell with our end of a pipe as its lifeline: when the tests are killed, it still stops the
 * server and removes the files. In production the guardian has this part.
 */
export function startServer(service: Service, folder?: string): StartedServer {
  const log = openSync(service.logFile, 'a');
  const { uid, gid } = service;
  const server = spawn(service.command, service.args, {
    env: service.env,
    cwd: service.cwd,
    stdio: ['ignore', log, log],
    detached: true,
    ...(uid !== undefined && gid !== undefined && { uid, gid }),
  });
  closeSync(log);
  const ended = new AbortController();
  server.once('exit', () => ended.abort());
  server.once('error', () => ended.abort());
  const signal = service.stopSignal.replace('SIG', '');
  const watcher = spawn('/bin/sh', ['-c', watch, 'sh', String(server.pid), signal, folder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const over = once(watcher, 'exit');
  return {
    pid: server.pid,
    ended: ended.signal,
    stop: async () => {
      watcher.stdin.end();
      await over;
    },
  };
}

const watch = `
  read -r _
  kill -s "$2" "$1"
  tries=0
  while kill -0 "$1" 2>/dev/null && [ $((tries += 1)) -lt 200 ]; do sleep 0.05; done
  [ -z "$3" ] || rm -rf "$3"`;
