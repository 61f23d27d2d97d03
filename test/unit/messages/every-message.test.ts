import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ambiguousAnswer,
  databaseAwayAnswer,
  errorAnswer,
  inviteAnswer,
  lateAnswer,
  launchedElsewhereAnswer,
  problemAnswer,
  scriptWarningsAnswer,
  unknownVerbAnswer,
} from '../../../src/messages/answers.ts';
import type { Content, Modal } from '../../../src/messages/blocks.ts';
import { checkMessage } from '../../../src/messages/check-message.ts';
import { chooseStepMessage } from '../../../src/messages/choose-step.ts';
import { definitionCard } from '../../../src/messages/definition-card.ts';
import { digestMessage } from '../../../src/messages/digest-message.ts';
import { failureMessage } from '../../../src/messages/failure-message.ts';
import { backlogMessage } from '../../../src/messages/backlog-message.ts';
import { lateMessage } from '../../../src/messages/late-message.ts';
import { normalMessage } from '../../../src/messages/normal-message.ts';
import { reminderMessage } from '../../../src/messages/reminder-message.ts';
import { skippedMessage } from '../../../src/messages/skipped-message.ts';
import { unstartedMessage } from '../../../src/messages/unstarted-message.ts';
import { helpMessage } from '../../../src/messages/help-message.ts';
import { instanceStatus } from '../../../src/messages/instance-status.ts';
import { launchErrors, launchModal, loadingModal } from '../../../src/messages/launch-modal.ts';
import { listMessage } from '../../../src/messages/list-message.ts';
import { logsMessage } from '../../../src/messages/logs-message.ts';
import { person } from '../../../src/messages/phrases.ts';
import {
  scheduleDeed,
  suspensionDeed,
  suspensionLate,
} from '../../../src/messages/schedule-deeds.ts';
import { scheduleMessage } from '../../../src/messages/schedule-message.ts';
import { scheduleList } from '../../../src/messages/schedule-list.ts';
import {
  loadingScheduleModal,
  scheduleModal,
  scheduleNotice,
} from '../../../src/messages/schedule-modal.ts';
import { runMessage } from '../../../src/messages/run-message.ts';
import {
  hookList,
  hookRemovedAnswer,
  hookSecretAnswer,
} from '../../../src/messages/hook-message.ts';
import { whyMessage } from '../../../src/messages/why-message.ts';
import { statusMessage } from '../../../src/messages/status-message.ts';
import type { Masked } from '../../../src/workflow/mask.ts';
import type { ShownRun } from '../../../src/store/shown.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';
import {
  about,
  at,
  auditOf,
  definitionOf,
  executionOf,
  failedRun,
  finishedRun,
  instanceOf,
  tokenOf,
  workingRun,
} from '../../support/run-fixture.ts';

const repeats = { count: 12, lastAt: at('12:04:00') };
const digest = {
  from: at('06:00:00'),
  to: at('12:00:00'),
  runs: 9_812,
  finished: 9_000,
  normal: 12,
  canceled: 3,
  prevented: 100,
  critical: 1,
  failed: 34,
  running: 12,
  late: 2,
  unstarted: 1,
  skipped: 5,
};

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** Runs in which everything that people and commands write is `text`. */
function runsOf(text: string): ShownRun[] {
  const script = `echo: ${text.replaceAll(/[\r\n]/g, ' ')}\nexecute: ${text.replaceAll(/[\r\n]/g, ' ')}\n`;
  const own = {
    definitionName: text,
    script,
    launchedBy: text,
    launchedBySlackUser: text,
    env: { [text]: text },
  };
  const definition = definitionOf({
    name: text,
    description: `# ${text}\n${text}\n## Recovery Procedures\n${text}`,
    failureText: text,
    script,
  });
  const execution = executionOf({ shell: text, host: text, queue: text, path: '/1-execute' });
  const ended = {
    ...execution,
    status: 'lost',
    evidence: text,
    stopRequestedBy: null,
    termSignal: text,
  } as const;
  const audit = [
    auditOf({ actorId: text, actorName: text }),
    auditOf({ action: 'cancel', actorKind: 'api', actorName: text }),
  ];
  const failed = {
    definition,
    audit,
    executions: [ended],
    tails: new Map([[21, text]]),
    failuresInARow: 113,
  };
  const broken = { status: 'failure', attempt: 1, path: '/1-execute' } as const;
  const many = Array.from({ length: 40 }, (_, index) => tokenOf({ ...broken, id: 21 + index }));
  const child = { id: 15, definitionId: 5, definitionName: text, status: 'error' } as const;
  const related = {
    parent: child,
    children: times(7, { ...child, tokenId: 21, attempt: 1, createdAt: at('12:01:00') }),
    awaited: times(7, { ...child, tokenId: 21, period: 'daily', instanceId: null } as const),
  };
  return [
    workingRun({
      instance: instanceOf({ ...own, launchedFrom: 'sub_process' }),
      definition,
      audit,
      executions: [execution],
      ...related,
    }),
    failedRun({
      ...failed,
      instance: instanceOf({ ...own, status: 'error' }),
      tokens: [tokenOf(broken)],
      executions: [],
      reasons: new Map([[21, text]]),
    }),
    workingRun({
      instance: instanceOf(own),
      definition,
      executions: [{ ...execution, status: 'pending', unstartedAt: at('12:03:00') }],
    }),
    workingRun({
      instance: instanceOf(own),
      definition,
      executions: [{ ...execution, unstartedAt: at('12:03:00') }],
    }),
    finishedRun({
      instance: instanceOf({ ...own, status: 'success', finishedAt: at('13:00:00') }),
      definition,
    }),
    failedRun({
      ...failed,
      instance: instanceOf({ ...own, status: 'error' }),
      tokens: [tokenOf(broken)],
    }),
    failedRun({
      ...failed,
      executions: [{ ...ended, groupEmptyAt: at('12:01:00') }],
      instance: instanceOf({ ...own, status: 'error' }),
      tokens: [tokenOf(broken)],
    }),
    failedRun({
      ...failed,
      executions: [{ ...ended, status: 'finished' }],
      instance: instanceOf({ ...own, status: 'error' }),
      tokens: many.slice(0, 3),
    }),
    failedRun({
      ...failed,
      executions: [{ ...ended, status: 'finished', stopRequestedBy: text }],
      instance: instanceOf({ ...own, status: 'error' }),
      tokens: many,
    }),
    failedRun({
      ...failed,
      instance: instanceOf({ ...own, status: 'canceled', canceledAt: at('12:01:00') }),
      tokens: [tokenOf({ status: 'critical', path: text })],
    }),
    workingRun({
      instance: instanceOf({
        ...own,
        status: 'canceled',
        canceledAt: at('12:00:00'),
        preventedBy: 4,
      }),
      definition,
      tokens: [],
      executions: [],
    }),
  ];
}

const none = { schedules: [], suspends: [], nextAt: null };

function schedulesOf(text: string) {
  const schedule = { id: 5, cron: text, zone: text, catchUp: 'all', setAsideReason: text } as const;
  return {
    schedules: times(16, schedule),
    suspends: times(16, { id: 6, cron: text }),
    launches: times(6, {
      text: '2026-03-29T03:00:00+02:00',
      cron: text,
      timeZone: text,
      suspendedBy: text,
      clockChange: 'moved',
    } as const),
    nextAt: at('14:00:00'),
  };
}

function scheduleMessages(text: string): (Content | Modal)[] {
  const { launches, ...schedules } = schedulesOf(text);
  const definition = { id: 3, name: text, suspended: true };
  const resumed = { ...definition, suspended: false };
  const who = person(text, text);
  const deeds = (['add', 'remove'] as const).flatMap((deed) =>
    (['schedule', 'suspend'] as const).map((kind) => ({ deed, kind })),
  );
  const time = '2026-03-29T03:00:07+02:00';
  const outcomes = [
    { type: 'launched', instanceId: 4711, at: time, missed: true },
    { type: 'prevented', instanceId: 4711, by: 4700, now: 'error' },
    { type: 'suspended', by: text },
    { type: 'merged', into: time },
    ...(['window', 'policy', 'cap', 'set_aside'] as const).map(
      (because) => ({ type: 'skipped', because }) as const,
    ),
    { type: 'not_yet', suspendedBy: text, suspended: false },
    { type: 'not_due', before: time, after: time },
    { type: 'before_saved', since: time },
    { type: 'after_removed', removed: time },
    { type: 'set_aside', since: time, reason: text },
    { type: 'forgotten' },
  ] as const;
  const answers = outcomes.map((outcome) => ({ cron: text, timeZone: text, outcome }));
  const moments = times(4, { text: time, timeZone: text });
  const form = { definitionName: text, timeZone: text, metadata: text };
  const counts = { launched: 1, prevented: 2, merged: 3, skipped: 4 };
  const posting = {
    id: 1,
    key: text,
    instanceId: null,
    attempts: 1,
    createdAt: at('12:00:00'),
  };
  const name = text as Masked;
  const difference = { scheduleId: 5, definitionId: 3, cron: text, count: 9, first: time };
  const notices = [
    {
      event: 'missed',
      payload: {
        ...counts,
        from: time,
        to: time,
        schedules: 1e6,
        definitions: times(12, { ...counts, id: 3, name }),
      },
    },
    {
      event: 'set_aside',
      payload: { definitionId: 3, definitionName: name, cron: text, reason: name, channel: text },
    },
    {
      event: 'recount',
      payload: {
        day: '2026-03-29',
        due: 9,
        accounted: 8,
        differences: times(12, { ...difference, problem: 'not_due' } as const),
      },
    },
    {
      event: 'switched_off',
      payload: {
        target: text,
        endpoint: text,
        deliveryId: 9,
        definitionId: 3,
        since: time,
        reason: text,
      },
    },
  ] as const;
  return [
    ...notices.map((notice) => scheduleMessage({ ...posting, ...notice }, about)),
    scheduleList({ ...schedules, launches, definition, mayEdit: true }, about),
    scheduleList({ ...none, launches: [], definition: resumed, mayEdit: true }, about),
    ...deeds.flatMap((deed) => [
      scheduleDeed(
        { ...deed, definition, cron: text, zone: text, launches, nextAt: at('14:00:00') },
        who,
        about,
      ),
      scheduleDeed(
        { ...deed, definition, cron: text, zone: null, launches: [], nextAt: null },
        who,
        about,
      ),
    ]),
    suspensionDeed({ definition, nextAt: null }, who, about),
    suspensionDeed({ definition: resumed, nextAt: at('14:00:00') }, who, about),
    suspensionLate(definition, { by: text, at: at('12:00:00') }, about),
    suspensionLate(resumed, null, about),
    whyMessage({ definition, moments, answers }, about),
    whyMessage({ definition, moments, answers: answers.toReversed() }, about),
    whyMessage({ definition, moments: moments.slice(1), answers: [] }, about),
    scheduleModal({ ...form, kind: 'schedule' }),
    scheduleModal({ ...form, kind: 'suspend' }),
    loadingScheduleModal('schedule'),
    scheduleNotice('suspend', errorAnswer(text).blocks),
  ];
}

function hookMessages(text: string): Content[] {
  const definition = { id: 3, name: text };
  const hook = {
    id: 5,
    definitionId: 3,
    name: text,
    mapping: { [text]: text },
    createdBy: text,
    createdAt: at('12:00:00'),
    rotatedAt: at('12:00:00'),
    formerUntil: at('13:00:00'),
    lastUsedAt: at('12:30:00'),
  };
  return [
    hookList(definition, [], about),
    hookList(definition, times(20, hook), about),
    hookSecretAnswer('create', definition, { hook, secret: 'a'.repeat(64) }, about),
    hookSecretAnswer('rotate', definition, { hook, secret: 'a'.repeat(64) }, about),
    hookRemovedAnswer(definition, hook),
  ];
}

function everyMessage(text: string): (Content | Modal)[] {
  const definition = definitionOf({
    name: text,
    description: text,
    script: text,
    tags: [text, text],
    slackChannel: text,
  });
  const summary = {
    id: 3,
    name: text,
    tags: [text],
    suspended: true,
    lastInstanceId: 12,
    lastStatus: 'error',
    lastCreatedAt: at('12:00:00'),
  } as const;
  const row = instanceOf({ definitionName: text, launchedBy: text });
  const nextRuns = new Map([[3, { at: at('14:00:00'), setAside: 1 }]]);
  const schedules = schedulesOf(text);
  const level = 'ERROR';
  const line = { id: 1, at: at('12:00:00'), level, message: text, tokenId: null } as const;
  const candidates = Array.from({ length: 7 }, (_, index) => ({ id: index + 1, name: text }));
  return [
    ...runsOf(text).flatMap((run) => [
      runMessage(run, about),
      instanceStatus(run, about),
      chooseStepMessage(run, about),
      failureMessage(run, 21, 1, about),
      failureMessage(run, 21, 2, { ...about, tail: text }),
      failureMessage(run, 99, 1, about),
      reminderMessage(run, about),
      lateMessage(run, 21, { minutes: 90, hours: 0 }, about),
      runMessage({ ...run, alsoPrevented: repeats }, about),
      failureMessage(run, 21, 1, { ...about, repeats }),
      skippedMessage(run, 21, 1, { ...about, tail: text, repeats }),
      normalMessage(run, about),
      digestMessage({ ...digest, named: [run] }, about),
      unstartedMessage(run, 'none', about),
      unstartedMessage(run, 'busy', about),
    ]),
    backlogMessage({ queue: text, workers: 'none', waiting: 1_000 }),
    backlogMessage({ queue: text, workers: 'busy', waiting: 2 }),
    helpMessage(),
    ...hookMessages(text),
    listMessage(
      { definitions: times(10, summary), nextRuns, total: 35, page: 2, query: text },
      about,
    ),
    listMessage({ definitions: [], nextRuns, total: 0, page: 1, query: text }, about),
    definitionCard(
      {
        definition,
        admins: times(30, {
          id: 1,
          kind: 'person',
          name: text,
          slackTeamId: null,
          slackUserId: text,
          email: text,
        }),
        instances: times(9, row),
        memoryExpectancy: 1e15,
        schedules,
        mayEdit: true,
      },
      about,
    ),
    definitionCard(
      {
        definition,
        admins: [],
        instances: [],
        memoryExpectancy: null,
        schedules: none,
        mayEdit: false,
      },
      about,
    ),
    ...scheduleMessages(text),
    statusMessage(times(40, row), about),
    statusMessage([], about),
    logsMessage(
      {
        instance: row,
        lines: times(50, line),
        outputs: times(5, { execution: executionOf({ shell: text }), tail: text }),
      },
      about,
    ),
    logsMessage({ instance: row, lines: [], outputs: [] }, about),
    launchModal({
      definitions: Array.from({ length: 300 }, (_, id) => ({ id: id + 1, name: text })),
      total: 300,
      selected: 150,
      env: text,
      script: text,
      channel: 'C0GENERAL',
      metadata: text,
    }),
    launchModal({ definitions: [], total: 0 }),
    loadingModal(),
    errorAnswer(text, Array<string>(50).fill(text)),
    errorAnswer(text),
    scriptWarningsAnswer([text, text]),
    problemAnswer(text),
    databaseAwayAnswer(text),
    lateAnswer(text),
    ambiguousAnswer({ verb: 'launch', ref: text, candidates }),
    unknownVerbAnswer(text, text),
    unknownVerbAnswer(text, null),
    inviteAnswer(text),
    inviteAnswer(null),
    launchedElsewhereAnswer(
      { instanceId: 1, definitionId: 2, definitionName: text, channel: text },
      about,
    ),
  ];
}

describe('every message', () => {
  it.each(hostileTexts.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    'is taken by Slack as plain text when everything is called %s',
    (_, text) => {
      for (const message of everyMessage(text)) expect(checkMessage(message)).toEqual([]);
    },
  );

  it('is taken whatever anything is called', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        for (const message of everyMessage(text)) expect(checkMessage(message)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('shows no value of the environment, of the launch or of the script', () => {
    const value = 'hunter2-geheim';
    const script = `env: A=${value} B="${value} C=${value}" D='${value}'\n  env: E=${value}\nexecute: ./x\n`;
    const fields = { script, env: { KEY: value } };
    const runs = [
      workingRun({
        instance: instanceOf(fields),
        tokens: [tokenOf({ context: { env: { A: value } } })],
      }),
      failedRun({ instance: instanceOf({ ...fields, status: 'error' }) }),
    ];
    const messages = runs.flatMap((run) => [
      runMessage(run, about),
      failureMessage(run, 21, 1, about),
      instanceStatus(run, about),
      definitionCard(
        {
          definition: definitionOf({ script }),
          admins: [],
          instances: [],
          memoryExpectancy: null,
          schedules: none,
          mayEdit: true,
        },
        about,
      ),
    ]);
    for (const message of messages) expect(JSON.stringify(message)).not.toContain('hunter2');
    expect(JSON.stringify(messages)).toContain('A=… B=… D=…');
    expect(JSON.stringify(messages)).toContain('KEY');
  });
});

it('puts problems of the launch modal at their fields', () => {
  expect(launchErrors({ env: 'Line 2 is no NAME=VALUE.' })).toEqual({
    env: 'Line 2 is no NAME=VALUE.',
  });
  expect(launchErrors({ job: 'Choose a job.', channel: ' ' })).toEqual({
    job: 'Choose a job.',
    channel: '(empty)',
  });
});
