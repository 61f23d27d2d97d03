import { expect, it } from 'vitest';
import { define, launchMany, launchOne } from '../support/operations.ts';
import { deliveryStage } from '../support/delivery-stage.ts';
import { handWorker } from '../support/hand-worker.ts';

const stage = deliveryStage();
const job = (script = 'execute: ./report.sh\n') => define(stage.db, script);
const launched = async (id: number): Promise<number> => (await launchOne(stage.db, id)).instanceId;

it('is told in place of finished, once the instance that failed was retried and succeeds', async () => {
  const { id } = await job();
  const run = await launched(id);
  await stage.fail();
  await stage.retryFailed(run);
  await stage.succeed();
  expect(await stage.eventsOf(run)).toEqual(['launch', 'failure', 'retrying', 'back_to_normal']);
});

it('is told of the next instance that succeeds, and of no other', async () => {
  const { id } = await job();
  const failed = await launched(id);
  await stage.fail();
  await stage.cancelRun(failed);
  const next = await launched(id);
  await stage.succeed();
  const after = await launched(id);
  await stage.succeed();
  expect(await stage.eventsOf(next)).toEqual(['launch', 'back_to_normal']);
  expect(await stage.eventsOf(after)).toEqual(['launch', 'finished']);
});

it('is not told of an instance that was there before the failure, nor of another job', async () => {
  const { id } = await job();
  const other = await job();
  const before = await launched(id);
  const claim = await stage.worker.claim();
  const second = await handWorker(stage.db, '@second');
  const { id: same } = await define(stage.db, 'queue: @second\nexecute: ./report.sh\n');
  const failing = await launched(same);
  await second.end(await second.claim(), 1);
  expect(await stage.eventsOf(failing)).toEqual(['launch', 'failure']);
  await stage.worker.end(claim, 0);
  expect(await stage.eventsOf(before)).toEqual(['launch', 'finished']);
  const elsewhere = await launched(other.id);
  await stage.succeed();
  expect(await stage.eventsOf(elsewhere)).toEqual(['launch', 'finished']);
});

it('is told once where several succeed at the same time after a failure', async () => {
  const count = 8;
  const { id } = await job('queue: @crowd\nexecute: ./report.sh\n');
  const first = await handWorker(stage.db, '@crowd');
  await launched(id);
  await first.end(await first.claim(), 1);
  // One slot a worker: each command is claimed by a queue of its own.
  const runs = await launchMany(stage.db, id, count);
  const claims = [];
  for (let index = 0; index < count; index += 1) {
    await stage.db.query(
      `update executions set queue = $1 where id = (
         select id from executions where status = 'pending' and queue = '@crowd' order by id limit 1)`,
      [`@crowd-${index}`],
    );
    const worker = await handWorker(stage.db, `@crowd-${index}`);
    claims.push({ worker, claim: await worker.claim() });
  }
  await Promise.all(claims.map(({ worker, claim }) => worker.end(claim, 0)));
  const ends = (await Promise.all(runs.map(({ instanceId }) => stage.eventsOf(instanceId)))).map(
    (events) => events.at(-1),
  );
  expect(ends.filter((event) => event === 'back_to_normal')).toHaveLength(1);
  expect(ends.filter((event) => event === 'finished')).toHaveLength(count - 1);
  const [row] = await stage.db.query<{ flagged: number }>(
    "select count(*) as flagged from instances where after_failure and status = 'success'",
  );
  expect(row?.flagged, 'and is shown of that one alone').toBe(1);
});

it('is told of a run that forks, when its last branch has come home', async () => {
  const { id } = await job('fork:\n  execute: ./a.sh\n  execute: ./b.sh\n');
  const run = await launched(id);
  await stage.fail();
  await stage.succeed();
  await stage.retryFailed(run);
  await stage.succeed();
  expect((await stage.eventsOf(run)).at(-1)).toBe('back_to_normal');
});

it('is told after a script that could not go on, also of what has nothing to run', async () => {
  const { id } = await job('execute: ./a.sh\n');
  await stage.db.query(`update definitions set script = E'nonsense: x\n' where id = $1`, [id]);
  const broken = await launched(id);
  expect(await stage.eventsOf(broken)).toEqual(['launch', 'critical']);
  await stage.db.query(`update definitions set script = E'noop:\n' where id = $1`, [id]);
  const [next, after] = await launchMany(stage.db, id, 2);
  expect(await stage.eventsOf(next?.instanceId ?? 0)).toEqual(['launch', 'back_to_normal']);
  expect(await stage.eventsOf(after?.instanceId ?? 0)).toEqual(['launch', 'finished']);
});

it('is not told after what the script itself has retried or skipped', async () => {
  const { id } = await job(
    'retry: count=1\n  execute: ./a.sh\nauto_skip_error: true\nexecute: ./b.sh\n',
  );
  const run = await launched(id);
  await stage.fail();
  await stage.succeed();
  await stage.fail();
  expect(await stage.eventsOf(run)).toEqual(['launch', 'skipping', 'finished']);
});
