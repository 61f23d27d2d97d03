/** Tells the notifier of outbox rows after their commit, many commits at a time. */
import type { Database } from './database.ts';

const pauseMs = 50;
const quiet = new WeakMap<Database, { again: boolean }>();

/**
 * At once, then once for all that comes within 50 ms. A NOTIFY in the commit itself would have all
 * commits of the database wait for one another and wake every listening connection for each. One
 * that is lost is made up for by the notifier's own look every few seconds.
 */
export function tellNotifier(db: Database): void {
  const pause = quiet.get(db);
  if (pause !== undefined) {
    pause.again = true;
    return;
  }
  const mine = { again: false };
  quiet.set(db, mine);
  db.query(`select pg_notify('kuroko_outbox', '')`).catch(() => {});
  setTimeout(() => {
    quiet.delete(db);
    if (mine.again) tellNotifier(db);
  }, pauseMs);
}
