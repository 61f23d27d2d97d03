import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeEvidence } from '../../src/operations/complete-evidence.ts';
import { inTransaction } from '../../src/operations/in-transaction.ts';
import { lose } from '../../src/operations/lose.ts';
import { type Claim } from '../../src/store/claims.ts';
import { executionsOf } from '../../src/store/executions.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';
import { define, facts, launchOne } from '../support/operations.ts';
import { buttons, shown, startSlackShell, type SlackShell } from '../support/slack-shell.ts';
import { until } from '../support/until.ts';

let shell: SlackShell;
let worker: HandWorker;
beforeAll(async () => {
  shell = await startSlackShell();
  worker = await handWorker(shell.db);
});
afterAll(() => shell.stop());

/** Its command was taken, and nobody has heard of its host since. */
async function lostRun(): Promise<Claim> {
  const { id } = await define(shell.db, 'execute: ./charge.sh', { name: 'charge' });
  await launchOne(shell.db, id);
  const claim = await worker.claim();
  const evidence = 'unknown: host batch-1 unreachable since 02:00:00 UTC.';
  await inTransaction(shell.db, (tx) =>
    lose(tx, { ...claim, evidence, groupEmptyAt: null }, facts),
  );
  return claim;
}

const statesOf = async (instanceId: number) =>
  (await executionsOf(shell.db, instanceId)).map(({ status }) => status);

describe('retry, said of a command that may still run', () => {
  it('states the risk in place of doing it, with the button that asks', async () => {
    const { instanceId } = await lostRun();
    const answer = await shell.ask(`retry ${instanceId}`);
    expect(answer.text).toMatch(/was not retried/);
    expect(shown(answer)).toContain('may still run on host-of-the-test');
    expect(shown(answer)).toContain('Retry may run it twice: make sure first.');
    expect(buttons(answer)).toEqual(['Retry', 'Skip']);
    expect(await statesOf(instanceId)).toEqual(['lost']);
    await shell.slack.press(answer, 'Retry', { confirm: true });
    const again = await until('the second try', () => worker.claim().catch(() => null));
    expect(again.instanceId).toBe(instanceId);
    await worker.end(again, 0);
  });

  it('just does it once there is proof that nothing of it runs', async () => {
    const { instanceId, executionId } = await lostRun();
    const found = { evidence: 'group empty at 02:04:41 UTC.', groupEmptyAt: new Date() };
    await inTransaction(shell.db, (tx) =>
      completeEvidence(tx, { executionId, instanceId, ...found }, facts),
    );
    expect((await shell.ask(`retry ${instanceId}`)).text).toMatch(/^Retried /);
    await worker.end(await worker.claim(), 0);
  });
});

it('names the steps to choose from without the secrets in them', async () => {
  const steps = ['a', 'b', 'c', 'd'].map((name) => `  execute: ./${name} --key of-the-script`);
  const { id } = await define(
    shell.db,
    ['env: API_KEY=of-the-script', 'fork:', ...steps].join('\n'),
  );
  const { instanceId } = await launchOne(shell.db, id);
  for (const _ of steps) await worker.end(await worker.claim(), 1);
  const message = await shell.postRun(instanceId);
  expect(buttons(message)).toContain('Choose step…');
  const answer = await shell.answerTo('alice', () => shell.slack.press(message, 'Choose step…'));
  expect(shown(answer)).toContain('./d --key ***');
  expect(shown(answer)).not.toContain('of-the-script');
});
