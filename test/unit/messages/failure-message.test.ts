import { describe, expect, it } from 'vitest';
import type { Content } from '../../../src/messages/blocks.ts';
import { failureMessage } from '../../../src/messages/failure-message.ts';
import { runMessage } from '../../../src/messages/run-message.ts';
import type { Execution } from '../../../src/store/executions.ts';
import { buttonsOf, labelsOf } from '../../support/buttons-of.ts';
import {
  about,
  at,
  auditOf,
  definitionOf,
  executionOf,
  failedRun,
  instanceOf,
  tokenOf,
} from '../../support/run-fixture.ts';

const words = (content: Content): string => JSON.stringify(content.blocks);

describe('an open failure', () => {
  it('names step, path, host, exit status and the last lines', () => {
    const message = failureMessage(failedRun(), 21, 1, about);
    expect(message.text).toBe('❌ nightly-report failed at `execute: ./report.sh`\nExit status 3.');
    expect(words(message)).toContain('step `/2-execute` · on `worker-1`');
    expect(words(message)).toContain('first failure');
    expect(words(message)).toContain('reading\\nno such table');
    expect(labelsOf(message)).toEqual(['Retry', 'Skip', 'Cancel']);
  });

  it.each<[string, Partial<Execution>, string]>([
    ['a signal', { exitStatus: null, termSignal: 'SIGKILL' }, 'Stopped by signal SIGKILL.'],
    ['the limit', { exitStatus: null, timedOut: true }, 'longer than its time limit'],
    [
      'somebody',
      { exitStatus: null, termSignal: 'SIGTERM', stopRequestedBy: 'ben' },
      'Terminated by ben.',
    ],
    ['nobody knows', { status: 'lost', evidence: 'host h1 is gone' }, 'lost: host h1 is gone'],
  ])('says what ended the command: %s', (_, fields, said) => {
    const ended = executionOf({ status: 'finished', finishedAt: at('12:02:00'), ...fields });
    expect(failureMessage(failedRun({ executions: [ended] }), 21, 1, about).text).toContain(said);
  });

  it.each([
    [1, 'first failure'],
    [2, '2nd failure in a row'],
    [3, '3rd failure in a row'],
    [11, '11th failure in a row'],
    [21, '21st failure in a row'],
    [112, '112th failure in a row'],
  ])('counts failures in a row: %i', (failuresInARow, said) => {
    expect(words(failureMessage(failedRun({ failuresInARow }), 21, 1, about))).toContain(said);
  });

  it('gives the failure text, the Recovery Procedures and what it blocks', () => {
    const definition = definitionOf({
      failureText: '@oncall & co',
      description: 'x\n## Recovery Procedures\n1. Look at **a < b**\n## Y\nz',
    });
    const message = failureMessage(failedRun({ definition }), 21, 1, about);
    expect(words(message)).toContain('@oncall &amp; co');
    const mentions = new Map([['oncall', 'U0ONCALL']]);
    const calling = failureMessage(failedRun({ definition }), 21, 1, { ...about, mentions });
    expect(words(calling)).toContain('<@U0ONCALL> &amp; co');
    expect(words(message)).toContain('*Recovery Procedures*\\n1. Look at *a &lt; b*"');
    expect(words(message)).toContain('no other run of this job is launched');
    const free = failedRun({ definition: definitionOf({ preventMulti: 'none' }) });
    expect(words(failureMessage(free, 21, 1, about))).not.toContain('no other run');
    expect(words(failureMessage(free, 21, 1, about))).not.toContain('Recovery');
  });
});

describe('a lost command', () => {
  const lostRun = (groupEmptyAt: Date | null) => {
    const evidence = 'as far as anybody knows.';
    const lost = { status: 'lost', evidence, groupEmptyAt, finishedAt: at('12:02:00') } as const;
    return failedRun({ executions: [executionOf(lost)] });
  };
  const retryOf = (content: Content) =>
    buttonsOf(content).find(({ action_id: action }) => action === 'retry');

  it('that may still run says so, and Retry asks before it risks running it twice', () => {
    const run = lostRun(null);
    const message = failureMessage(run, 21, 1, about);
    const risk = 'Retry may run it twice: make sure first.';
    expect(words(message)).toContain(`It may still run on \`worker-1\`. ${risk}`);
    expect(retryOf(message)?.confirm?.text.text).toBe(`It may still run on worker-1. ${risk}`);
    expect(retryOf(runMessage(run, about))?.confirm?.text.text).toContain(risk);
    expect(labelsOf(message)).toEqual(['Retry', 'Skip', 'Cancel']);
  });

  it('of which nothing can run any more is safe to retry, without a question', () => {
    const run = lostRun(at('12:01:00'));
    const message = failureMessage(run, 21, 1, about);
    expect(words(message)).toContain('Retry is safe: nothing of it runs any more.');
    expect(words(message)).not.toContain('may still run');
    expect(retryOf(message)).not.toHaveProperty('confirm');
    expect(retryOf(runMessage(run, about))).not.toHaveProperty('confirm');
  });

  it('asks nothing any more once somebody has dealt with it, nor when it was no loss', () => {
    const retried = { ...lostRun(null), audit: [auditOf({ attempt: 1 })] };
    const tokens = [tokenOf({ attempt: 1 })];
    const message = failureMessage({ ...retried, tokens }, 21, 1, about);
    expect(words(message)).not.toContain('may still run');
    expect(words(failureMessage(failedRun(), 21, 1, about))).not.toContain('Retry is safe');
  });
});

describe('a failure that was dealt with', () => {
  const retried = failedRun({
    instance: instanceOf({ status: 'working' }),
    tokens: [tokenOf({ attempt: 1 })],
    audit: [auditOf({ attempt: 1 })],
    tails: new Map(),
  });

  it('says by whom and when, and has no buttons', () => {
    const message = failureMessage(retried, 21, 1, { ...about, tail: 'no such table' });
    expect(words(message)).toContain(
      'Retried by <@U0BEN> at <!date^1785412980^{time}|2026-07-30 12:03 UTC>',
    );
    expect(words(message)).toContain('no such table');
    expect(labelsOf(message)).toEqual([]);
  });

  it('is not mixed up with the next failure of the same step', () => {
    const again = failedRun({
      tokens: [tokenOf({ status: 'failure', attempt: 2 })],
      executions: [
        executionOf({ status: 'finished', exitStatus: 3 }),
        executionOf({ id: 32, attempt: 1, status: 'finished', exitStatus: 4 }),
      ],
      audit: [auditOf({ attempt: 1 })],
    });
    expect(failureMessage(again, 21, 1, about).text).toContain('Exit status 3.');
    expect(labelsOf(failureMessage(again, 21, 1, about))).toEqual([]);
    expect(failureMessage(again, 21, 2, about).text).toContain('Exit status 4.');
    expect(labelsOf(failureMessage(again, 21, 2, about))).toEqual(['Retry', 'Skip', 'Cancel']);
  });

  it('says that the run was cancelled', () => {
    const canceled = failedRun({
      instance: instanceOf({ status: 'canceled', canceledAt: at('12:04:00') }),
      tokens: [tokenOf({ status: 'canceled', attempt: 1 })],
      audit: [auditOf({ action: 'cancel', tokenId: null, attempt: null })],
    });
    const message = failureMessage(canceled, 21, 1, about);
    expect(words(message)).toContain('Cancelled by <@U0BEN>');
    expect(labelsOf(message)).toEqual([]);
  });
});

it('tells of a script that cannot be carried out, without buttons', () => {
  const run = failedRun({
    instance: instanceOf({ status: 'canceled', canceledAt: at('12:04:00') }),
    tokens: [tokenOf({ status: 'critical', attempt: 1 })],
  });
  const message = failureMessage(run, 21, 2, about);
  expect(message.text).toContain('🆘 nightly-report cannot go on and was cancelled');
  expect(labelsOf(message)).toEqual([]);
});
