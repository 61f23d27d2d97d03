import { describe, expect, it, vi } from 'vitest';
import { defineCounting, expectEachCountedOnce } from '../support/counting-commands.ts';
import { createTestDatabase } from '../support/database.ts';
import { runProgram, spawnExecutor, startProgram } from '../support/program.ts';
import {
  countOn,
  countWith,
  homeOfTest,
  readyAgain,
  restartTimeout,
} from '../support/restarting.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: restartTimeout });

describe('an executor', () => {
  it('is restarted in its place, waits for its commands when it is to, and leaves nothing when it is killed', async () => {
    const database = await createTestDatabase({ empty: true });
    const env = { DATABASE_URL: database.url };
    const [here, there] = [await homeOfTest(), await homeOfTest()];
    const program = await startProgram(here, { ...env, HOSTNAME: 'start-host' });
    const flags = ['--queue', 'batch', '--workers', '2'];
    const executor = spawnExecutor(there, flags, { ...env, HOSTNAME: 'batch-host' });
    await executor.ready();
    const counting = await defineCounting(here, { everySeconds: 0.3, queue: 'batch' }, env);
    const ids = await countWith(program, counting, 2);

    executor.child.kill('SIGHUP');
    await readyAgain(executor, 2, 'Executor is ready');
    await countOn(counting);
    const unsaid = await runProgram(here, ['restart'], env);
    expect(unsaid.text).toContain('There are several executors');
    expect(unsaid.code).toBe(1);
    const waiting = runProgram(here, ['restart', 'batch-host', '--wait', '--json'], env);
    await until('it to take nothing new', async () => {
      const { text } = await runProgram(here, ['workers', '--json'], env);
      return /"host":"batch-host"[^}]*"draining_at":"/.test(text);
    });
    await countOn(counting);
    counting.tellToEnd();
    expect(JSON.parse((await waiting).text)).toMatchObject({
      outcome: 'restarted',
      ended: 2,
      went_over: 0,
      lost: 0,
    });
    await readyAgain(executor, 3, 'Executor is ready');
    await expectEachCountedOnce(counting, database.url, ids);

    executor.child.kill('SIGKILL');
    await until('nothing of it to be left', () => there.leftovers().length === 0, 30_000);
    const alone = await runProgram(here, ['restart', 'start-host', '--stop'], env);
    expect(alone.text).toMatch(/start-host:@default was started again in [\d.]+ s\./);
    await database.drop();
  });
});
