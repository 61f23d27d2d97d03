/** Waits until no instance is open any more. */
import { until } from '../support/until.ts';
import type { Database } from '../../src/store/database.ts';

/** Throws when an instance failed: then nothing was measured. */
export async function untilEnded(db: Database): Promise<void> {
  await until(
    'all instances to end',
    async () => {
      const open = await db.query<{ status: string }>(
        `select status from instances where status in ('working', 'error') limit 1`,
      );
      if (open[0]?.status === 'error') throw new Error('an instance of the bench failed');
      return open.length === 0;
    },
    300_000,
  );
}
