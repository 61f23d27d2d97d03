// A run as the store reads it, made up for tests of what is shown of it.

import type { AuditRow } from '../../src/store/audit.ts';
import type { Definition } from '../../src/store/definitions.ts';
import type { Execution } from '../../src/store/executions.ts';
import type { Instance } from '../../src/store/instances.ts';
import type { Shown, ShownRun } from '../../src/store/shown.ts';
import type { StoredToken } from '../../src/store/tokens.ts';

export const at = (time: string): Date => new Date(`2026-07-30T${time}Z`);

export const about = { baseUrl: 'http://localhost:5000', now: at('12:10:00') };

const script = 'env: A=1\nexecute: ./extract.sh\nexecute: ./report.sh\nexecute: ./send.sh\n';

export function definitionOf(fields: Partial<Definition> = {}): Shown<Definition> {
  return {
    id: 3,
    version: 1,
    name: 'nightly-report',
    description: '',
    script,
    tags: [],
    suspended: false,
    preventMulti: 'working_or_error',
    notifyAllEvents: true,
    notifyCancellation: true,
    slackChannel: '#alerts',
    webhookUrl: null,
    hipchatRoom: null,
    failureText: null,
    apiAllowed: false,
    retryLost: false,
    killGrace: null,
    createdAt: at('08:00:00'),
    updatedAt: at('08:00:00'),
    deletedAt: null,
    ...fields,
  } as Shown<Definition>;
}

export function instanceOf(fields: Partial<Instance> = {}): Shown<Instance> {
  return {
    id: 12,
    definitionId: 3,
    definitionName: 'nightly-report',
    definitionVersion: 1,
    scriptChanged: false,
    script,
    env: {},
    status: 'working',
    launchedBy: 'ann',
    launchedFrom: 'slack',
    launchedBySlackUser: 'U0ANN',
    launchChannel: 'C0GENERAL',
    retryLost: false,
    killGrace: null,
    preventedBy: null,
    parentTokenId: null,
    parentAttempt: null,
    depth: 0,
    createdAt: at('12:00:00'),
    finishedAt: null,
    canceledAt: null,
    errorAt: null,
    afterFailure: false,
    ...fields,
  } as Shown<Instance>;
}

export function tokenOf(fields: Partial<StoredToken> = {}): StoredToken {
  return {
    id: 21,
    instanceId: 12,
    key: '',
    path: '/2-execute',
    status: 'working',
    attempt: 0,
    version: 1,
    context: { env: {} },
    openChildren: 0,
    enteredAt: at('12:00:01'),
    ...fields,
  };
}

export function executionOf(fields: Partial<Execution> = {}): Shown<Execution> {
  return {
    id: 31,
    instanceId: 12,
    tokenId: 21,
    path: '/2-execute',
    attempt: 0,
    shell: './report.sh',
    queue: '@default',
    status: 'claimed',
    host: 'worker-1',
    workerNumber: 2,
    createdAt: at('12:00:02'),
    claimedAt: at('12:00:03'),
    startedAt: at('12:00:03'),
    finishedAt: null,
    pid: 4711,
    exitStatus: null,
    termSignal: null,
    timedOut: false,
    outputSize: 0,
    peakMemory: null,
    evidence: null,
    groupEmptyAt: null,
    unstartedAt: null,
    stopRequestedBy: null,
    ...fields,
  } as Shown<Execution>;
}

export function auditOf(fields: Partial<AuditRow> = {}): AuditRow {
  return {
    id: 41,
    at: at('12:03:00'),
    actorKind: 'slack',
    actorId: 'U0BEN',
    actorName: 'ben',
    action: 'retry',
    outcome: 'done',
    instanceId: 12,
    tokenId: 21,
    attempt: 1,
    ...fields,
  };
}

const extracted = executionOf({
  id: 30,
  path: '/1-execute',
  shell: './extract.sh',
  status: 'finished',
  exitStatus: 0,
  finishedAt: at('12:00:02'),
});

/** A run in the middle of its second command. */
export function workingRun(fields: Partial<ShownRun> = {}): ShownRun {
  return {
    instance: instanceOf(),
    definition: definitionOf(),
    tokens: [tokenOf()],
    executions: [extracted, executionOf()],
    audit: [],
    tails: new Map(),
    reasons: new Map(),
    parent: null,
    children: [],
    awaited: [],
    failuresInARow: 0,
    alsoPrevented: { count: 0, lastAt: null },
    ...fields,
  };
}

/** The same run after its second command has failed. */
export function failedRun(fields: Partial<ShownRun> = {}): ShownRun {
  return workingRun({
    instance: instanceOf({ status: 'error', errorAt: at('12:02:00') }),
    tokens: [tokenOf({ status: 'failure', attempt: 1 })],
    executions: [
      extracted,
      executionOf({
        status: 'finished',
        exitStatus: 3,
        finishedAt: at('12:02:00'),
        outputSize: 2_048,
      }),
    ],
    tails: new Map([[21, 'reading\nno such table\n']]),
    failuresInARow: 1,
    ...fields,
  });
}

/** The same run at its end. */
export function finishedRun(fields: Partial<ShownRun> = {}): ShownRun {
  return workingRun({
    instance: instanceOf({ status: 'success', finishedAt: at('12:05:07') }),
    tokens: [tokenOf({ status: 'finished', path: '' })],
    executions: [
      extracted,
      executionOf({ status: 'finished', exitStatus: 0, finishedAt: at('12:05:06') }),
      executionOf({ id: 32, path: '/3-execute', status: 'finished', exitStatus: 0 }),
    ],
    ...fields,
  });
}
