/** Starts a server beside the commands and starts it again when it ends although nobody asked. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Service } from '../guardian/protocol.ts';

export interface PreparedService {
  readonly service: Service;
  readonly ready: (signal?: AbortSignal) => Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Resolves when the server answers; throws, with the end of its log, when it does not. */
export async function keepService(
  guardian: Guardian,
  { service, ready }: PreparedService,
  log: Log,
  ending: () => boolean,
): Promise<void> {
  const ended = new AbortController();
  const first = guardian.onServiceEnded(({ name }) => {
    if (name === service.name) ended.abort();
  });
  try {
    await guardian.startService(service);
    await ready(ended.signal);
  } finally {
    first();
  }
  guardian.onServiceEnded((gone) => {
    if (gone.name !== service.name || gone.asked || ending()) return;
    log.error(
      { service: service.name, code: gone.code, signal: gone.signal },
      'a server ended by itself',
    );
    void restart();
  });

  async function restart(pauseMs = firstPauseMs): Promise<void> {
    await sleep(pauseMs);
    if (ending()) return;
    try {
      await guardian.startService(service);
      log.info({ service: service.name }, 'a server was started again');
    } catch (error) {
      log.error({ service: service.name, err: error }, 'a server could not be started again');
      await restart(Math.min(pauseMs * 2, longestPauseMs));
    }
  }
}
