/** One client of the guardian: JSON lines in, JSON lines out. */
import type { Socket } from 'node:net';
import { complain } from './complain.ts';
import type { Request, Said } from './protocol.ts';

export type Connection = {
  readonly say: (said: Said) => void;
  /** It does not read as fast as it is told: spare it what it can ask for later. */
  readonly isSlow: () => boolean;
  readonly onClose: (listener: () => void) => void;
  /** Ends it after what was said has been handed to the system, but no later than in a second. */
  readonly finish: () => Promise<void>;
};

/** A submission may carry a large environment; whoever sends more than this without a line's end speaks another language. */
const LONGEST_LINE = 32 * 1024 * 1024;
const SLOW_AFTER = 256 * 1024;
/** Beyond this nothing more is heard from a client until it has read its answers. */
const DEAF_AFTER = 8 * 1024 * 1024;

/** @param hear called for every line; when it throws, or a line is no JSON, the connection is destroyed */
export function createConnection(socket: Socket, hear: (request: Request) => void): Connection {
  const closeListeners: (() => void)[] = [];
  const lines: string[] = [];
  let parts: string[] = [];
  let length = 0;
  let unsaid = '';

  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const [first = '', ...others] = chunk.split('\n');
    parts.push(first);
    length += first.length;
    for (const other of others) {
      lines.push(parts.join(''));
      parts = [other];
      length = other.length;
    }
    hearOn();
  });
  // A client that has gone is told by 'close'.
  socket.on('error', () => undefined);
  socket.on('drain', hearOn);
  socket.on('close', () => {
    lines.length = 0;
    for (const listener of closeListeners) listener();
  });

  function hearOn(): void {
    try {
      while (lines.length > 0 && !isDeaf()) hear(JSON.parse(lines.shift() ?? '') as Request);
      if (length > LONGEST_LINE) throw new Error('a line is too long');
    } catch (error) {
      complain('A client was turned away', error);
      lines.length = 0;
      socket.destroy();
    }
    if (isDeaf()) socket.pause();
    else socket.resume();
  }

  function isDeaf(): boolean {
    return socket.writableLength + unsaid.length > DEAF_AFTER;
  }

  /** What is said in one go is one write. */
  function flush(): void {
    if (socket.writable) socket.write(unsaid);
    unsaid = '';
  }

  return {
    say(said) {
      if (unsaid === '') queueMicrotask(flush);
      unsaid += `${JSON.stringify(said)}\n`;
    },
    isSlow: () => socket.writableLength > SLOW_AFTER,
    onClose: (listener) => void closeListeners.push(listener),
    finish: () =>
      new Promise((resolve) => {
        setTimeout(resolve, 1000).unref();
        // Whatever waited for the same end as this is said first.
        setImmediate(() => socket.end(resolve));
      }),
  };
}
