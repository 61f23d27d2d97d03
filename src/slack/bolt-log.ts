/** Bolt's and its clients' words, in the program's own log. */
import { LogLevel, type Logger } from '@slack/bolt';
import type { Log } from '../log.ts';

/**
 * Never at `debug`: there Bolt writes whole payloads, with what people typed and the addresses
 * that answer them.
 */
export function boltLog(log: Log): Logger {
  const words = (message: unknown[]): string => message.map(String).join(' ');
  return {
    debug: () => {},
    info: (...message) => log.debug(words(message)),
    warn: (...message) => log.warn(words(message)),
    error: (...message) => log.error(words(message)),
    getLevel: () => LogLevel.INFO,
    setLevel: () => {},
    setName: () => {},
  };
}
