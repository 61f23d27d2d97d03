/** How many requests a client may make: a bucket for each, which fills again as time goes by. */

import type { ApiRate } from '../config.ts';

/** Counts a request of a client: 0 lets it pass, else the seconds until it may come again. */
export function createRateLimit(
  { perSecond, burst }: ApiRate,
  clock: () => number = () => performance.now(),
): (client: string) => number {
  const buckets = new Map<string, { left: number; at: number }>();
  return (client) => {
    const now = clock();
    const { left, at } = buckets.get(client) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + ((now - at) / 1_000) * perSecond);
    const passes = filled >= 1;
    buckets.set(client, { left: passes ? filled - 1 : filled, at: now });
    return passes ? 0 : Math.ceil((1 - filled) / perSecond);
  };
}
