/** What became of a second launch in Kuroko2, by the next-execution rule and by what the first one did. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { handCrew, type HandCrew } from '../support/hand-crew.ts';
import { define, launchOne, openDatabase } from '../support/operations.ts';
import type { Database } from '../../src/store/database.ts';
import type { PreventMulti } from '../../src/store/definitions.ts';

interface Trace {
  readonly input: {
    readonly definitions: readonly {
      readonly id: number;
      readonly script: string;
      readonly prevent_multi: number;
    }[];
  };
  readonly expected: {
    readonly steps: readonly {
      readonly action: { readonly do: 'launch' | 'process_all' | 'shell' };
      readonly events: readonly {
        readonly event: string;
        readonly row?: { readonly status: string };
      }[];
    }[];
  };
}

const folder = new URL('../fixtures/oracle/launches/', import.meta.url);
const names = readdirSync(folder);
/** By the number that stands for it there. */
const rules: readonly PreventMulti[] = ['none', 'working_or_error', 'working', 'error'];

/** There, an instance whose step waits was overlooked: here it is one that works. */
const overlooked = [
  'prevent-multi-1-working-or-error-when-waiting.json',
  'prevent-multi-2-working-when-waiting.json',
];

let test: TestDatabase;
let db: Database;
let crew: HandCrew;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url);
  crew = await handCrew(db, 1);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

it('there are recorded ones, and among them those that are meant to be others', () => {
  expect(names.length).toBe(12);
  expect(names).toEqual(expect.arrayContaining(overlooked));
});

it.each(names)('%s', async (name) => {
  const { input, expected } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Trace;
  const [job, awaited] = input.definitions;
  if (job === undefined || awaited === undefined) throw new Error('two jobs were recorded');
  const rule = rules[job.prevent_multi];
  if (rule === undefined) throw new Error('it is a rule that was recorded');
  const other = await define(db, awaited.script, { name: 'job2' });
  const { id } = await define(db, job.script.replace('wait: 2/', `wait: ${other.id}/`), {
    name: 'job1',
    preventMulti: rule,
  });
  const here: boolean[] = [];
  const there: boolean[] = [];
  for (const { action, events } of expected.steps) {
    if (action.do === 'launch') here.push((await launchOne(db, id)).status === 'canceled');
    if (action.do === 'shell') await crew.drain(({ shell }) => (shell === 'false' ? 1 : 0));
    for (const { event, row } of events) {
      if (event === 'instances.new') there.push(row?.status === 'canceled');
    }
  }
  expect(here).toEqual(overlooked.includes(name) ? [false, true] : there);
  await crew.drain();
});
