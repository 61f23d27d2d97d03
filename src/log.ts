/** The program's own log: one JSON line an event, on standard error. */
import pino, { type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** What `KUROKO_LOG` may be; the configuration says so to whoever writes another. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const credentials = ['token', 'key', 'password', 'secret', 'authorization', 'botToken', 'appToken'];
/** What jobs are given and what they run, in a row or a claim that should not have come here. */
const ofJobs = ['env', 'launchEnv', 'tokenContext', 'context', 'script', 'shell', 'secrets'];
const hidden = [...credentials, ...ofJobs];

/** A log for one part of the program; level from `KUROKO_LOG` (info). */
export function createLog(part: string): Log {
  return pino(
    {
      base: { part },
      level: levels.find((level) => level === process.env['KUROKO_LOG']) ?? 'info',
      redact: { paths: [...hidden, ...hidden.map((name) => `*.${name}`)], censor: '***' },
      serializers: { err: describeError },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    standardError(),
  );
}

/** A terminal that was closed takes no lines: what is done goes on without being told. */
function standardError(): DestinationStream {
  const lines = pino.destination({ dest: 2, sync: true });
  lines.on('error', () => {});
  return lines;
}

/**
 * Of an error only what is known to tell no values: PostgreSQL's `detail` and `where` hold rows and
 * parameters, and an HTTP client's error the request with its credentials.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, code, cause, stack } = error as Error & { code?: unknown };
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
    stack,
  };
}
