import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandDefaults } from '../../src/config.ts';
import { applySamples } from '../../src/embedded/samples.ts';
import { engineFacts } from '../../src/operations/engine-facts.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { listDefinitions } from '../../src/store/definitions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let db: Database;
const known = engineFacts(commandDefaults);
const names = async (): Promise<string[]> =>
  (await listDefinitions(db, { limit: 10 })).definitions.map(({ id, name }) => `${id} ${name}`);

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase(database.url, { max: 2 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

it('saves the samples on the first start', async () => {
  await applySamples(db, '/srv/kuroko', known);
  expect(await names()).toEqual(['1 hello', '2 flaky-report', '3 ticker']);
});

it('leaves them alone on later ones, also those that were changed or deleted', async () => {
  await db.query(`update definitions set name = 'good-morning' where id = 2`);
  await db.query('update definitions set deleted_at = now() where id = 1');
  await applySamples(db, '/srv/kuroko', known);
  expect(await names()).toEqual(['2 good-morning', '3 ticker']);
});
