/** Lets loops sleep until somebody has news for them. */

export interface Wake {
  /** Wakes one sleeper, or all. News that finds nobody asleep is kept for the next. */
  one(): void;
  all(): void;
  /** Resolves at the next news, or after `mostMs`. */
  wait(mostMs: number): Promise<void>;
}

export function createWake(): Wake {
  const sleepers = new Set<() => void>();
  let kept = false;
  return {
    one() {
      const [first] = sleepers;
      if (first === undefined) kept = true;
      else first();
    },
    all() {
      kept = true;
      // A Set may lose members while it is walked.
      for (const wakeUp of sleepers) wakeUp();
    },
    wait(mostMs) {
      if (kept && sleepers.size === 0) {
        kept = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = setTimeout(wakeUp, mostMs);
        function wakeUp() {
          clearTimeout(timer);
          sleepers.delete(wakeUp);
          resolve();
        }
        sleepers.add(wakeUp);
      });
    },
  };
}
