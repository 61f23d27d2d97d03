/** The database, for as long as the program lives. */
import { openDatabase, type Database } from '../store/database.ts';
import { reachDatabase } from '../store/reach-database.ts';
import type { Scope } from './run-until-over.ts';

const patienceMs = 30_000;

export async function reachedDatabase(
  url: string,
  options: { readonly max: number; readonly name: string },
  { undo }: Scope,
): Promise<Database> {
  const db = openDatabase(url, options);
  undo.push(() => db.close());
  await reachDatabase(db, patienceMs, (line) => process.stdout.write(`${line}\n`));
  return db;
}
