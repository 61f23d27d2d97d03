/** One client of the guardian: JSON lines in, JSON lines out. */
import type { Socket } from 'node:net';
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
  let parts: string[] = [];
  let length = 0;
  let unsaid = '';

  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    try {
      const lines = chunk.split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) {
        const whole = parts.join('') + line;
        parts = [];
        length = 0;
        hear(JSON.parse(whole) as Request);
      }
      parts.push(rest);
      length += rest.length;
      if (length > LONGEST_LINE) throw new Error('a line is too long');
    } catch (error) {
      process.stderr.write(`A client was turned away: ${String(error)}\n`);
      socket.destroy();
    }
  });
  // A client that has gone is told by 'close'.
  socket.on('error', () => undefined);
  socket.on('drain', () => socket.resume());
  socket.on('close', () => {
    for (const listener of closeListeners) listener();
  });

  /** What is said in one go is one write. */
  function flush(): void {
    if (!socket.writable) return;
    socket.write(unsaid);
    unsaid = '';
    if (socket.writableLength > DEAF_AFTER) socket.pause();
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
        queueMicrotask(() => socket.end(resolve));
      }),
  };
}
