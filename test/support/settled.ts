/** Waits until every instance has come to a state, through whatever happens to the database meanwhile. */
import type { Connection } from '../../src/store/database.ts';
import { until } from './until.ts';

export async function settled(db: Connection, mostMs: number): Promise<Record<string, number>> {
  return until('every instance to be in a state', () => statesWithout(db, 'working'), mostMs);
}

/** How many instances are in which state. */
async function instanceStates(db: Connection): Promise<Record<string, number>> {
  const rows = await db.query<{ status: string; count: number }>(
    'select status, count(*) from instances group by status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

async function statesWithout(db: Connection, status: string) {
  const states = await instanceStates(db).catch(() => null);
  return states !== null && states[status] === undefined && states;
}
