// Executors, and what they run, as the store lists them: made up for tests of what is shown of it.

import type { EstimatedExecutor } from '../../src/messages/executor-text.ts';
import type { EndedCommand } from '../../src/store/ended-commands.ts';
import type { PendingCommand } from '../../src/store/pending-commands.ts';
import type { RunningCommand } from '../../src/store/running-commands.ts';
import type { Shown } from '../../src/store/shown.ts';
import { at } from './run-fixture.ts';

type Worker = EstimatedExecutor['workers'][number];

const command = {
  executionId: 31,
  instanceId: 12,
  definitionId: 3,
  definitionName: 'nightly-report',
  path: '/1-execute',
  shell: './report.sh',
  script: 'execute: ./report.sh\n',
  env: {},
};

export function runningOf(fields: Partial<RunningCommand> = {}): Shown<RunningCommand> {
  return {
    ...command,
    executorId: 7,
    host: 'web-1',
    queue: '@default',
    workerNumber: 1,
    createdAt: at('12:00:00'),
    since: at('12:00:01'),
    expectedEnd: { type: 'at', at: at('12:20:00') },
    stopRequestedBy: null,
    ...fields,
  } as Shown<RunningCommand>;
}

export function pendingOf(fields: Partial<PendingCommand> = {}): Shown<PendingCommand> {
  return {
    ...command,
    queue: 'batch',
    createdAt: at('12:00:00'),
    secondsWaited: 300,
    waitsFor: 'any',
    ...fields,
  } as Shown<PendingCommand>;
}

export function endedOf(fields: Partial<EndedCommand> = {}): Shown<EndedCommand> {
  return {
    ...command,
    attempt: 0,
    queue: '@default',
    status: 'finished',
    host: 'web-1',
    workerNumber: 1,
    startedAt: at('12:00:00'),
    finishedAt: at('12:00:07'),
    seconds: 7,
    exitStatus: 0,
    termSignal: null,
    timedOut: false,
    peakMemory: 12_300_000,
    ...fields,
  } as Shown<EndedCommand>;
}

export function workerOf(fields: Partial<Worker> = {}): Worker {
  return {
    number: 1,
    suspended: false,
    suspensionAt: null,
    suspensionBy: null,
    running: null,
    ...fields,
  };
}

/** With four free workers. */
export function executorOf(fields: Partial<EstimatedExecutor> = {}): EstimatedExecutor {
  return {
    id: 7,
    host: 'web-1',
    queue: '@default',
    kind: 'start',
    presence: 'present',
    startedAt: at('08:00:00'),
    beatAt: at('12:09:59'),
    leftAt: null,
    drainingAt: null,
    drainingBy: null,
    restart: null,
    workers: [1, 2, 3, 4].map((number) => workerOf({ number })),
    estimate: { type: 'empty' },
    ...fields,
  };
}
