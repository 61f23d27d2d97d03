/**
 * Wakes whoever follows an instance once something of it has changed. One look for all of them: the end
 * of a command is told to nobody by NOTIFY, which would serialise the commits of all steps.
 */
import { stampsOf } from '../../store/instances.ts';
import type { Database } from '../../store/database.ts';
import type { Log } from '../../log.ts';

export interface InstanceWatch {
  follow(instanceId: number): Follower;
  /** Whoever follows something now goes. */
  stop(): void;
}

export interface Follower {
  /** True once it has changed since the last call; false after `ms`, or when there is nothing to follow any more. */
  changed(ms: number): Promise<boolean>;
  /** It was closed, or the watch was stopped. */
  readonly over: boolean;
  close(): void;
}

const lookEveryMs = 300;

export function createInstanceWatch(db: Database, log: Log): InstanceWatch {
  const followed = new Map<number, Set<Waiting>>();
  const stamps = new Map<number, string>();
  let timer: NodeJS.Timeout | null = null;

  const look = async (): Promise<void> => {
    try {
      for (const { id, stamp } of await stampsOf(db, [...followed.keys()])) {
        if (stamps.get(id) === stamp) continue;
        stamps.set(id, stamp);
        for (const waiting of followed.get(id) ?? []) waiting.wake(true);
      }
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'instances that are followed cannot be seen');
    }
    timer = null;
    lookSoon();
  };
  const lookSoon = (): void => {
    if (followed.size === 0) return;
    timer ??= setTimeout(() => void look(), lookEveryMs);
  };

  return {
    follow(instanceId) {
      const waiting = createWaiting();
      const all = followed.get(instanceId) ?? new Set();
      followed.set(instanceId, all.add(waiting));
      lookSoon();
      return {
        changed: async (ms) => all.has(waiting) && waiting.changed(ms),
        get over() {
          return !all.has(waiting);
        },
        close() {
          all.delete(waiting);
          waiting.wake(false);
          if (all.size > 0 || followed.get(instanceId) !== all) return;
          followed.delete(instanceId);
          stamps.delete(instanceId);
        },
      };
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      for (const all of followed.values()) {
        const going = [...all];
        all.clear();
        for (const waiting of going) waiting.wake(false);
      }
      followed.clear();
      stamps.clear();
    },
  };
}

interface Waiting {
  wake(news: boolean): void;
  changed(ms: number): Promise<boolean>;
}

/** News that nobody waits for are not forgotten. */
function createWaiting(): Waiting {
  let isNews = false;
  let resolve: (() => void) | null = null;
  return {
    wake(news) {
      isNews ||= news;
      resolve?.();
    },
    async changed(ms) {
      if (!isNews) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms);
          resolve = () => {
            clearTimeout(timer);
            done();
          };
        });
      }
      resolve = null;
      const was = isNews;
      isNews = false;
      return was;
    },
  };
}
