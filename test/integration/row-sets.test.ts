/** Rows of several kinds go to the server and come back as they were, but for what it cannot store. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowSets } from '../../src/store/row-sets.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openDatabase } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

interface Row {
  readonly id: number | null;
  readonly words: string | null;
  readonly sure: boolean | null;
  readonly part: number | null;
  readonly json: unknown;
}

interface Other {
  readonly what: string;
  readonly count?: number | null;
}

const sets = rowSets<{ readonly rows: Row; readonly others: Other }>({
  rows: {
    id: ['bigint', ({ id }) => id],
    words: ['text', ({ words }) => words],
    sure: ['boolean', ({ sure }) => sure],
    part: ['float8', ({ part }) => part],
    json: ['jsonb', ({ json }) => json],
  },
  others: { what: ['text', ({ what }) => what], count: ['int', ({ count }) => count] },
});

const sent = async (rows: readonly Row[], others: readonly Other[]) => {
  const values = sets.values({ rows, others });
  // Parameters of one statement: each of both is part of both.
  const [both] = await db.query<{ rows: Row[] | null; others: Other[] | null }>(
    {
      name: 'row-sets',
      text: `select (select json_agg(r) from ${sets.of.rows.from}) as rows,
        (select json_agg(r) from ${sets.of.others.from}) as others`,
    },
    values,
  );
  return { rows: both?.rows ?? [], others: both?.others ?? [] };
};

const three = { what: 'three', count: 3 };
const row = { id: 1, words: 'a', sure: true, part: 0.5, json: {} };

it('none of a kind are none', async () => {
  expect(await sent([], [])).toEqual({ rows: [], others: [] });
  expect(await sent([row], [])).toEqual({ rows: [row], others: [] });
  expect(await sent([], [three])).toEqual({ rows: [], others: [three] });
});

it('what is not there is NULL, also where JSON has a null of its own', async () => {
  const nothing = { id: null, words: null, sure: null, part: null, json: null };
  expect(await sent([nothing, row], [{ what: 'none' }, three])).toEqual({
    rows: [nothing, row],
    others: [{ what: 'none', count: null }, three],
  });
  const values = sets.values({ rows: [nothing], others: [] });
  const [kept] = await db.query(
    `select json is null as none, $6::text[] as whats, $7::int[] as counts from ${sets.of.rows.from}`,
    values,
  );
  expect(kept).toEqual({ none: true, whats: [], counts: [] });
});

it('what an array or JSON has signs for comes back as it was', async () => {
  const texts = [
    '',
    ' ',
    'NULL',
    'null',
    '{}',
    '{a,b}',
    'a,"b\\c"',
    '\\',
    '"',
    "it's",
    '\n\t',
    'ä€𝄞',
  ];
  const rows = texts.map((words, id) => ({ ...row, id, words, json: { [words]: [words, null] } }));
  expect((await sent(rows, [])).rows).toEqual(rows);
});

it('any text and any JSON, in their order', async () => {
  const storable = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
  const one = fc.record({
    id: fc.maxSafeInteger(),
    words: storable,
    sure: fc.boolean(),
    part: fc.double({ noNaN: true, noDefaultInfinity: true }).map((part) => part + 0),
    json: fc.dictionary(storable, fc.oneof(storable, fc.integer(), fc.constant(null))),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one), async (rows) => {
      expect((await sent(rows, [])).rows).toEqual(rows);
    }),
  );
});

it('NUL and halves of characters are replaced, in text and in JSON', async () => {
  const bad = { ...row, words: 'a\0b\ud834', json: { text: '\0\udd1e' } };
  expect((await sent([bad], [])).rows).toEqual([
    { ...row, words: 'a\ufffdb\ufffd', json: { text: '\ufffd\ufffd' } },
  ]);
});
