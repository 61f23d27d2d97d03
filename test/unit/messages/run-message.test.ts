import { describe, expect, it } from 'vitest';
import { decodeValue } from '../../../src/messages/action-ids.ts';
import type { Content } from '../../../src/messages/blocks.ts';
import { chooseStepMessage } from '../../../src/messages/choose-step.ts';
import { instanceStatus } from '../../../src/messages/instance-status.ts';
import { runMessage } from '../../../src/messages/run-message.ts';
import { buttonsOf, labelsOf } from '../../support/buttons-of.ts';
import {
  about,
  at,
  auditOf,
  executionOf,
  failedRun,
  finishedRun,
  instanceOf,
  tokenOf,
  workingRun,
} from '../../support/run-fixture.ts';

const words = (content: Content): string =>
  content.blocks
    .map((block) => {
      if (block.type === 'section') return block.text.text;
      return block.type === 'context' ? block.elements.map(({ text }) => text).join('\n') : '';
    })
    .join('\n');
const steps = (content: Content): string[] =>
  words(content).split('```')[1]?.trim().split('\n') ?? [];

describe('a run that works', () => {
  const message = runMessage(workingRun(), about);

  it('says what it is, who launched it, and since when, in the zone of the reader', () => {
    expect(message.text).toBe('▶️ nightly-report is running');
    expect(words(message)).toContain(
      '*<http://localhost:5000/definitions/3|nightly-report>* is running',
    );
    expect(words(message)).toContain(
      '<http://localhost:5000/definitions/3/instances/12|#12> · launched by <@U0ANN>',
    );
    expect(words(message)).toMatch(
      /started <!date\^1785412800\^\{date_short_pretty\} \{time_secs\}\|2026-07-30 12:00:00 UTC>/,
    );
    expect(words(message)).toContain('running for over 10 min');
  });

  it('shows the steps, done, running and to come', () => {
    expect(steps(message)).toEqual([
      '✔ env: A=…',
      '✔ execute: ./extract.sh',
      '▶ execute: ./report.sh',
      '○ execute: ./send.sh',
    ]);
  });

  it('says where its command runs; that it writes is no reason for an edit', () => {
    const run = workingRun({ executions: [executionOf({ outputSize: 1_234 })] });
    expect(words(runMessage(run, about))).toMatch(
      /`execute: .\/report.sh` runs on `worker-1`, worker 2 since <!date/,
    );
    const more = workingRun({ executions: [executionOf({ outputSize: 9_999 })] });
    expect(runMessage(more, about)).toEqual(runMessage(run, about));
  });

  it('says what waits for a worker, and offers no Terminate then', () => {
    const pending = executionOf({ status: 'pending', host: null, workerNumber: null });
    const waiting = runMessage(workingRun({ executions: [pending] }), about);
    expect(words(waiting)).toContain('waits for a worker of queue `@default`');
    expect(labelsOf(waiting)).toEqual(['Cancel', 'Logs']);
  });

  it('can be terminated once, and cancelled, and both ask first; its output can be read', () => {
    expect(labelsOf(message)).toEqual(['Terminate', 'Cancel', 'Logs']);
    expect(buttonsOf(message).map(({ value }) => decodeValue(value))).toEqual([
      { type: 'execution', instanceId: 12, executionId: 31 },
      { type: 'instance', instanceId: 12 },
      { type: 'instance', instanceId: 12 },
    ]);
    const asked = buttonsOf(message).map(({ confirm }) => Boolean(confirm?.text.text));
    expect(asked).toEqual([true, true, false]);
    const stopping = workingRun({ executions: [executionOf({ stopRequestedBy: 'ben' })] });
    expect(labelsOf(runMessage(stopping, about))).toEqual(['Cancel', 'Logs']);
    expect(words(runMessage(stopping, about))).toContain('is being stopped');
  });

  it('shows of a long script what is around the current step', () => {
    const script = Array.from({ length: 1_000 }, (_, index) => `execute: ./${index}.sh`).join('\n');
    const run = workingRun({
      instance: instanceOf({ script }),
      tokens: [tokenOf({ path: '/500-execute' })],
      executions: [],
    });
    const shown = steps(runMessage(run, about));
    expect(shown).toHaveLength(14);
    expect(shown[0]).toBe('… 496 before');
    expect(shown[5]).toBe('▶ execute: ./500.sh');
    expect(shown[13]).toBe('… 492 more');
  });

  it('changes no more often than once a minute by itself', () => {
    const later = { ...about, now: at('12:10:59') };
    expect(runMessage(workingRun(), later)).toEqual(message);
    expect(runMessage(workingRun(), { ...about, now: at('12:15:00') })).not.toEqual(message);
  });
});

describe('a run that has failed', () => {
  it('offers Retry first, then Skip and Cancel, which ask first', () => {
    const message = runMessage(failedRun(), about);
    expect(message.text).toBe('❌ nightly-report failed and waits for you');
    expect(steps(message)[2]).toBe('✖ execute: ./report.sh');
    expect(
      buttonsOf(message).map(({ text, style, confirm }) => [
        text.text,
        style,
        confirm !== undefined,
      ]),
    ).toEqual([
      ['Retry', 'primary', false],
      ['Skip', undefined, true],
      ['Cancel', 'danger', true],
    ]);
    expect(decodeValue(buttonsOf(message)[0]?.value)).toEqual({
      type: 'token',
      instanceId: 12,
      tokenId: 21,
      attempt: 1,
    });
  });

  it('does not change with time: it waits', () => {
    const later = { ...about, now: at('23:00:00') };
    expect(runMessage(failedRun(), later)).toEqual(runMessage(failedRun(), about));
  });

  const failing = (count: number) =>
    failedRun({
      tokens: Array.from({ length: count }, (_, index) =>
        tokenOf({ id: 21 + index, path: `/${index + 1}-execute`, status: 'failure', attempt: 1 }),
      ),
    });

  it('has buttons for each of up to three failed steps', () => {
    const message = runMessage(failing(3), about);
    expect(labelsOf(message)).toEqual([
      'Retry',
      'Skip',
      'Retry',
      'Skip',
      'Retry',
      'Skip',
      'Cancel',
    ]);
    expect(words(message)).toContain('✖ `execute: ./send.sh`');
  });

  it('has one to choose with when there are more', () => {
    const message = runMessage(failing(4), about);
    expect(labelsOf(message)).toEqual(['Choose step…', 'Cancel']);
    expect(labelsOf(chooseStepMessage(failing(4), about))).toHaveLength(8);
    expect(labelsOf(chooseStepMessage(finishedRun(), about))).toEqual([]);
    expect(chooseStepMessage(failing(30), about).blocks.length).toBeLessThanOrEqual(50);
  });
});

describe('a run that waits', () => {
  const waiting = (count: number, failed = 0) =>
    workingRun({
      instance: instanceOf({
        status: failed > 0 ? 'error' : 'working',
        script: 'sleep: 9\n'.repeat(30),
      }),
      executions: [],
      tokens: [
        tokenOf({ id: 20, path: '', status: 'waiting', openChildren: count + failed }),
        ...Array.from({ length: count + failed }, (_, index) =>
          tokenOf({
            id: 21 + index,
            path: `/${index}-sleep`,
            status: index < count ? 'waiting' : 'failure',
            attempt: index,
          }),
        ),
      ],
    });

  it('offers Skip of the one step, which asks first and names the attempt', () => {
    const message = runMessage(waiting(1), about);
    expect(labelsOf(message)).toEqual(['Skip', 'Cancel', 'Logs']);
    const [skip] = buttonsOf(message);
    expect(skip?.confirm?.text.text).toContain('"sleep: 9"');
    const value = { type: 'token', instanceId: 12, tokenId: 21, attempt: 0 };
    expect(decodeValue(skip?.value)).toEqual(value);
  });

  it('offers it for each of up to three steps, and Terminate for a command beside them', () => {
    const message = runMessage({ ...waiting(3), executions: [executionOf()] }, about);
    expect(labelsOf(message)).toEqual(['Skip', 'Skip', 'Skip', 'Terminate', 'Cancel', 'Logs']);
    expect(words(message).match(/◷ `sleep: 9`/g)).toHaveLength(3);
    expect(
      buttonsOf(message)
        .map(({ value }) => decodeValue(value))
        .slice(0, 3),
    ).toEqual(
      [0, 1, 2].map((nth) => ({ type: 'token', instanceId: 12, tokenId: 21 + nth, attempt: nth })),
    );
  });

  it('has one to choose with when there are more', () => {
    expect(labelsOf(runMessage(waiting(4), about))).toEqual(['Choose step…', 'Cancel', 'Logs']);
    const answer = chooseStepMessage(waiting(4), about);
    expect(answer.text).toBe('In nightly-report #12 4 steps wait. Which one?');
    expect(labelsOf(answer)).toEqual(['Skip', 'Skip', 'Skip', 'Skip']);
  });

  it('offers what has failed beside it, and before it', () => {
    expect(labelsOf(runMessage(waiting(1, 1), about))).toEqual(['Retry', 'Skip', 'Skip', 'Cancel']);
    const more = runMessage(waiting(3, 1), about);
    expect(labelsOf(more)).toEqual(['Retry', 'Skip', 'Choose step…', 'Cancel']);
    const answer = chooseStepMessage(waiting(3, 1), about);
    expect(answer.text).toBe('In nightly-report #12 1 step has failed and 3 wait. Which one?');
    expect(labelsOf(answer)).toEqual(['Retry', 'Skip', 'Skip', 'Skip', 'Skip']);
  });
});

describe('a run that is over', () => {
  it('says how long it took, and has no button but that for its output', () => {
    const message = runMessage(finishedRun(), about);
    expect(message.text).toBe('✅ nightly-report finished');
    expect(words(message)).toContain('took 5 min 7 s');
    expect(labelsOf(message)).toEqual(['Logs']);
    expect(steps(message).every((step) => step.startsWith('✔'))).toBe(true);
  });

  it('says who did what, the last three times', () => {
    const audit = [
      auditOf({ action: 'launch' }),
      auditOf({ actorName: 'gone' }),
      auditOf({ actorKind: 'api', actorName: 'cron <b>' }),
      auditOf({ action: 'skip' }),
      auditOf({ action: 'terminate' }),
    ];
    const said = words(runMessage(finishedRun({ audit }), about));
    expect(said).toMatch(
      /Retried by cron &lt;b&gt; at .*\nSkipped by <@U0BEN> at .*\nCommand terminated/,
    );
    expect(said).not.toContain('gone');
    expect(said).toContain('<!date^1785412980^{time}|2026-07-30 12:03 UTC>');
  });

  it('shows what was skipped and where it was cancelled', () => {
    const skipped = executionOf({ status: 'finished', exitStatus: 3 });
    const run = finishedRun({ executions: [skipped] });
    expect(steps(runMessage(run, about))[2]).toBe('⤼ execute: ./report.sh');
    const canceled = workingRun({
      instance: instanceOf({ status: 'canceled', canceledAt: at('12:04:00') }),
      tokens: [tokenOf({ status: 'canceled' })],
    });
    expect(steps(runMessage(canceled, about))).toEqual([
      '✔ env: A=…',
      '✔ execute: ./extract.sh',
      '■ execute: ./report.sh',
      '○ execute: ./send.sh',
    ]);
    expect(runMessage(canceled, about).text).toBe('⏹️ nightly-report was cancelled');
  });

  it('was never launched when another was in the way', () => {
    const instance = instanceOf({
      status: 'canceled',
      canceledAt: at('12:00:00'),
      preventedBy: 11,
    });
    const message = runMessage(workingRun({ instance, tokens: [], executions: [] }), about);
    expect(message.text).toBe('🚫 nightly-report was not launched');
    expect(words(message)).toContain('instances/11|#11> is in the way: it is still running');
    expect(words(message)).not.toContain('started');
    expect(words(message)).not.toContain('```');
    expect(buttonsOf(message)).toEqual([]);
  });
});

it.each([
  ['api', 'launched by ann over the API'],
  ['cli', 'launched by ann from a shell'],
  ['schedule', 'launched by its schedule'],
  ['sub_process', 'launched by another job'],
] as const)('says that it was launched from %s', (launchedFrom, said) => {
  const instance = instanceOf({ launchedFrom, launchedBySlackUser: null });
  expect(words(runMessage(workingRun({ instance }), about))).toContain(said);
});

it('says which hook launched it', () => {
  const instance = instanceOf({
    launchedFrom: 'hook',
    launchedBy: 'hook deploy',
    launchedBySlackUser: null,
  });
  expect(words(runMessage(workingRun({ instance }), about))).toContain('launched by hook deploy');
});

it('shows one run in full, with every command', () => {
  const run = failedRun({ instance: instanceOf({ status: 'error', env: { DAY: 'x' } }) });
  const message = instanceStatus(run, about);
  expect(words(message)).toContain('`execute: ./extract.sh` returned 0');
  expect(words(message)).toContain(
    '`execute: ./report.sh` returned 3 · on `worker-1` · 1 min 57 s · 2.0 kB',
  );
  expect(words(message)).toContain('values for DAY');
  expect(labelsOf(message)).toEqual(['Retry', 'Skip', 'Cancel', 'Logs']);
  expect(words(message)).not.toContain('of memory');
});

it('says of a run what its channel could not be told', () => {
  const untold = { event: 'failure', since: at('12:02:00'), reason: 'is_archived' } as const;
  expect(words(instanceStatus(failedRun(), about, { ...untold, givenUp: true }))).toMatch(
    /⚠️ Its channel could not be told of `failure` at <!date.*>: is_archived/,
  );
  expect(words(instanceStatus(failedRun(), about, { ...untold, givenUp: false }))).toMatch(
    /⚠️ Its channel has not been told of `failure` since <!date.*>: is_archived/,
  );
  expect(words(instanceStatus(failedRun(), about))).not.toContain('⚠️');
});

it('says that a job is back to normal, of the first success after a failure', () => {
  const instance = instanceOf({
    status: 'success',
    finishedAt: at('12:05:07'),
    afterFailure: true,
  });
  expect(runMessage(finishedRun({ instance }), about).text).toBe(
    '✅ nightly-report is back to normal',
  );
  const working = workingRun({ instance: instanceOf({ afterFailure: true }) });
  expect(runMessage(working, about).text).toBe('▶️ nightly-report is running');
});

it('says how many other launches the same run was in the way of', () => {
  const instance = instanceOf({ status: 'canceled', preventedBy: 7, canceledAt: at('12:00:00') });
  const prevented = workingRun({ instance, tokens: [], executions: [] });
  expect(words(runMessage(prevented, about))).not.toContain('🔁');
  const often = { ...prevented, alsoPrevented: { count: 1, lastAt: at('12:04:00') } };
  expect(words(runMessage(often, about))).toContain('🔁 1 other launch was prevented since');
});

it('shows how much memory each command took, and the run at most', () => {
  const executions = [2_200_000, 12_900_000, null].map((peakMemory) =>
    executionOf({ status: 'finished', exitStatus: 0, peakMemory }),
  );
  const text = words(instanceStatus(finishedRun({ executions }), about));
  expect(text).toContain('*Commands* · 12.3 MB of memory at most');
  expect(text.match(/[\d.]+ MB of memory(?! at)/g)).toEqual([
    '2.1 MB of memory',
    '12.3 MB of memory',
  ]);
});
