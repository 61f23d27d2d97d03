/** Waits for what came of a test: the notifier makes its deliveries, and tries each once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { listDeliveries, type ListedDelivery } from '../store/listed-deliveries.ts';
import type { Connection } from '../store/database.ts';

const everyMs = 100;

/**
 * All of them once each was tried; what there is by then after `mostMs`, which is nothing where nobody
 * sends to such a target, or the job is told of nothing there.
 */
export async function awaitTest(
  on: Connection,
  noticeId: number,
  mostMs: number,
): Promise<ListedDelivery[]> {
  const until = performance.now() + mostMs;
  for (;;) {
    const rows = await listDeliveries(on, { noticeId, limit: 100 });
    const over = rows.length > 0 && rows.every(({ state }) => state !== 'open');
    if (over || performance.now() > until) return rows;
    await sleep(everyMs);
  }
}
