/** The program's own log: one JSON line an event, on standard error. */
import pino, { type Logger } from 'pino';

export type Log = Logger;

/** What `KUROKO_LOG` may be; the configuration says so to whoever writes another. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const hidden = ['token', 'key', 'password', 'secret', 'authorization', 'botToken', 'appToken'];

/** A log for one part of the program; level from `KUROKO_LOG` (info). */
export function createLog(part: string): Log {
  return pino(
    {
      base: { part },
      level: levels.find((level) => level === process.env['KUROKO_LOG']) ?? 'info',
      redact: { paths: [...hidden, ...hidden.map((name) => `*.${name}`)], censor: '***' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
