import { appendFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { brokenPromises } from '../support/broken-promises.ts';
import { createTestDatabase } from '../support/database.ts';
import { handWorker } from '../support/hand-worker.ts';
import { createJournal } from '../support/journal.ts';
import { define, launchOne, openDatabase } from '../support/operations.ts';
import { breachesOf } from '../support/schedule-stage.ts';

it('the checker of the fault tests finds each kind of broken promise', async () => {
  const journal = createJournal();
  onTestFinished(() => journal.remove());
  const test = await createTestDatabase();
  onTestFinished(() => test.drop());
  const db = openDatabase(test.url);
  onTestFinished(() => db.close());
  const { id } = await define(db, journal.step('sleep 1').repeat(2));
  await launchOne(db, id);
  const worker = await handWorker(db);
  const say = (word: string, executionId: number, at: number) =>
    appendFileSync(journal.file, `${word} e1:${executionId} ${at}\n`);
  const first = await worker.claim();

  expect(await brokenPromises(db, journal)).toEqual([
    `#${first.instanceId} is still working`,
    `execution ${first.executionId} is still claimed`,
  ]);
  await worker.end(first, 0);
  expect(await brokenPromises(db, journal)).toContain(
    `execution ${first.executionId} is a success in the books, and did not run to its end`,
  );
  say('start', first.executionId, 1);
  say('end', first.executionId, 3);
  const second = await worker.claim();
  say('start', second.executionId, 4);
  say('end', second.executionId, 5);
  await worker.end(second, 0);
  expect(await brokenPromises(db, journal)).toEqual([]);

  say('start', second.executionId, 6);
  say('start', 4_711, 7);
  const stray = spawn('sleep', ['60'], { env: { KUROKO_EXECUTION: 'e1:1' } });
  onTestFinished(() => void stray.kill());
  await once(stray, 'spawn');
  await db.query(`update executions set token_id = token_id, path = '/0-execute'`);
  await db.query(`update instances set failed_tokens = 1`);
  expect(await brokenPromises(db, journal)).toEqual([
    `execution ${second.executionId} was started twice`,
    'execution 4711 ran, and is not in the books',
    `process ${stray.pid} is left: sleep 60 `,
    `#${first.instanceId} is a success after 1 steps`,
    `#${first.instanceId} counts 0 active and 1 failed tokens, has 0 and 0`,
  ]);
  say('tick', first.executionId, 8);
  expect(await brokenPromises(db, journal)).toContainEqual(
    expect.stringMatching(/^executions \d+ and \d+ of token .* lived at once$/),
  );
});

it('the checker of schedules finds a minute that ran twice, one that did not, and one that was not due', () => {
  const due = ['10:01', '10:02', '10:03'];
  expect(breachesOf('job 1', ['10:03', '10:01', '10:02'], due)).toEqual([]);
  expect(breachesOf('job 1', ['10:01', '10:03', '10:01', '10:04'], due)).toEqual([
    'job 1 twice at 10:01',
    'job 1 not at 10:02',
    'job 1 undue at 10:04',
  ]);
});
