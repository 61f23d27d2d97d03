/** Whole runs of the original, played again: the same commands, states and notices in the same order. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OuterEffect, OuterEvent } from '../../../src/workflow/advance.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { parentKey } from '../../../src/workflow/token-key.ts';
import { itConforms, readFixture } from './oracle.ts';
import { playInstance, type InstanceStatus, type PlayedInstance } from './played-instance.ts';

interface Trace {
  readonly expected: { readonly steps: readonly TraceStep[] };
}
interface TraceStep {
  readonly action: {
    readonly do: string;
    readonly by?: string;
    readonly token?: string;
    readonly instance?: number;
    readonly seconds?: number;
  };
  readonly events: readonly TraceEvent[];
}
type TraceEvent =
  | { readonly event: 'instances.new'; readonly id: number; readonly row: { definition: number } }
  | {
      readonly event: 'tokens.new';
      readonly id: string;
      readonly row: {
        readonly instance: number;
        readonly parent: string | null;
        readonly script: string;
      };
    }
  | { readonly event: 'tokens.change'; readonly to: { readonly status?: string } }
  | {
      readonly event: 'instances.change';
      readonly id: number;
      readonly to: { readonly status?: string };
    }
  | {
      readonly event: 'execution_created';
      readonly execution: string;
      readonly token: string;
      readonly instance: number;
      readonly shell: string;
      readonly queue: string;
      readonly env: Readonly<Record<string, string>> | null;
    }
  | {
      readonly event: 'executions.change';
      readonly id: string;
      readonly to: { finished?: boolean; exit_status?: number; term_signal?: number };
    }
  | {
      readonly event: 'log';
      readonly instance: number;
      readonly level: string;
      readonly message: string;
    }
  | { readonly event: 'notify'; readonly instance: number; readonly kind: string };

/** What one run comes to, each kind in its order: the original does not record more. */
interface Course {
  readonly commands: unknown[];
  readonly statuses: string[];
  readonly notices: string[];
  readonly echoes: string[];
}

const folder = new URL('../../fixtures/oracle/traces/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

/** A script that the original launches and then fails to read is refused before it is launched. */
const unreadable: Readonly<Record<string, string>> = {
  'critical-inconsistent-indent': '(line 3) inconsistent indentation.',
};

describe('a recorded run', () => {
  it('is there', () => {
    expect(names.length).toBeGreaterThan(20);
  });

  it.each(Object.entries(unreadable))('%s does not get that far', (name, message) => {
    const steps = stepsOf(name);
    expect(recorded(steps).notices).toEqual(['critical']);
    const parsed = parse(scriptsOf(steps).join());
    expect(parsed.ok ? [] : parsed.errors.map((error) => error.message)).toEqual([message]);
  });
});

describe('the course of a run', () => {
  const runs = names
    .filter((name) => !(name in unreadable))
    .map((id) => {
      const steps = stepsOf(id);
      return { id, here: () => replay(steps), there: recorded(steps) };
    });
  itConforms(
    runs.map(({ id, here, there }) => ({
      id,
      here: () => withoutNotices(here()),
      there: withoutNotices(there),
    })),
    [
      {
        reason: 'A fork that cannot be forked ends critically; there it goes round for ever.',
        cases: {
          'fork-empty': { commands: [], statuses: ['canceled'], echoes: [] },
          'parallel-fork-bad-option-at-run-time': {
            commands: [],
            statuses: ['canceled'],
            echoes: [],
          },
        },
      },
      {
        reason: '`retry` covers everything below it, and so the failed command is run again.',
        cases: {
          'retry-task-around-fork': {
            commands: [run('false'), run('true'), run('false')],
            statuses: [],
            echoes: [],
          },
          'retry-task-grandchild-not-retried': {
            commands: [run('false'), run('false')],
            statuses: [],
            echoes: [],
          },
        },
      },
      {
        reason: 'The limit of a wait counts from entering it: Retry gives it a new one.',
        cases: {
          'wait-timeout-retry': { commands: [], statuses: ['error', 'working'], echoes: [] },
        },
      },
      {
        reason: 'What goes on at once is not seen to be working in between.',
        cases: { 'wait-timeout': { commands: [], statuses: ['error', 'success'], echoes: [] } },
      },
    ],
  );

  describe('is told', () => {
    itConforms(
      runs.map(({ id, here, there }) => ({ id, here: () => here().notices, there: there.notices })),
      [
        {
          reason: 'Which notices a definition wants is decided where they are delivered.',
          cases: { 'fail-cancel-no-notify-flags': ['failure', 'cancellation'] },
        },
        {
          reason: 'The skip is told before the end that it leads to, not after it.',
          cases: {
            'fail-last-retry-fails-then-skip': [
              'failure',
              'retrying',
              'failure',
              'skipping',
              'finished',
            ],
          },
        },
        {
          reason: 'An error that is skipped by itself is one message.',
          cases: { 'auto-skip-error-inherited-by-fork': ['skipping', 'skipping', 'finished'] },
        },
        {
          reason: 'A fork that cannot be forked ends critically; there it goes round for ever.',
          cases: {
            'fork-empty': ['critical'],
            'parallel-fork-bad-option-at-run-time': ['critical'],
          },
        },
        {
          reason: '`retry` covers everything below it, and an automatic retry is told nobody.',
          cases: { 'retry-task-around-fork': [], 'retry-task-grandchild-not-retried': [] },
        },
        {
          reason: 'The limit of a wait counts from entering it: Retry gives it a new one.',
          cases: { 'wait-timeout-retry': ['failure', 'retrying'] },
        },
      ],
    );
  });
});

function run(shell: string) {
  return { shell, queue: '@default', env: {} };
}

function withoutNotices({ commands, statuses, echoes }: Course): Omit<Course, 'notices'> {
  return { commands, statuses, echoes };
}

/** Of the runs of the first definition: others are what it launches, or waits for. */
function stepsOf(name: string): readonly TraceStep[] {
  const { steps } = (readFixture(`traces/${name}.json`) as Trace).expected;
  const ours = new Set(
    steps.flatMap(({ events }) =>
      events.flatMap((event) =>
        event.event === 'instances.new' && event.row.definition === 1 ? [event.id] : [],
      ),
    ),
  );
  return steps.map(({ action, events }) => ({
    action,
    events: events.filter((event) => {
      if (event.event === 'tokens.new') return ours.has(event.row.instance);
      if (event.event === 'instances.change') return ours.has(event.id);
      return !('instance' in event) || ours.has(event.instance);
    }),
  }));
}

function recorded(steps: readonly TraceStep[]): Course {
  const course: Course = { commands: [], statuses: [], notices: [], echoes: [] };
  for (const event of steps.flatMap((each) => each.events)) {
    switch (event.event) {
      case 'execution_created':
        course.commands.push({ shell: event.shell, queue: event.queue, env: event.env ?? {} });
        break;
      case 'instances.change':
        if (event.to.status !== undefined) course.statuses.push(event.to.status);
        break;
      case 'notify':
        if (event.kind !== 'launch') course.notices.push(asHere(event.kind));
        break;
      case 'log':
        if (/^\(token T1\) \w+$/.test(event.message)) course.echoes.push(event.message.slice(11));
        break;
      case 'instances.new':
      case 'tokens.new':
      case 'tokens.change':
      case 'executions.change':
        break;
    }
  }
  return course;
}

/** Back to normal is not the step's to say: it does not know what was before. */
function asHere(kind: string): string {
  return kind === 'back_to_normal' ? 'finished' : kind;
}

/**
 * The same run here: what the original records of the outside - commands that end, instances that
 * do, clocks that are set forward - is what happens to ours.
 */
function replay(steps: readonly TraceStep[]): Course {
  const course: Course = { commands: [], statuses: [], notices: [], echoes: [] };
  const keys = new Map<string, string>();
  const owners = new Map<string, string>();
  let instance: PlayedInstance | null = null;
  let status: InstanceStatus = 'working';
  let own = 0;
  let clock = 0;
  const due = new Map<string, number>();
  const happen = (key: string, event: OuterEvent): void => {
    if (instance === null) throw new Error('Nothing has been launched.');
    const changes = instance.happen(key, event);
    // A command that ends after its instance was cancelled changes nothing any more.
    if (typeof changes === 'string') {
      if (instance.status !== 'canceled') throw new Error(changes);
      return;
    }
    if (instance.status !== status) course.statuses.push(instance.status);
    status = instance.status;
    for (const { token, effects } of changes) {
      due.delete(token.key);
      for (const effect of effects) {
        take(effect, event.type, course);
        if (effect.type === 'wake') due.set(token.key, clock + effect.seconds);
      }
    }
  };
  for (const { action, events } of steps) {
    clock += action.do === 'process_all' ? 1 : (action.seconds ?? 0);
    const by = action.by ?? '';
    const key = keys.get(action.token ?? '');
    if (key !== undefined && (action.do === 'retry' || action.do === 'skip')) {
      happen(key, { type: action.do, by });
    }
    if (action.do === 'cancel' || action.do === 'force_cancel') {
      if (action.instance === own) happen('', { type: 'cancel', by });
    }
    for (const event of events) {
      if (event.event === 'tokens.new') {
        if (event.row.parent === null) {
          own = event.row.instance;
          [instance, status] = [playInstance(event.row.script), 'working'];
          keys.set(event.id, '');
          happen('', { type: 'start' });
        } else {
          const parent = keys.get(event.row.parent);
          const index = [...keys.values()].filter(
            (each) => each !== '' && parentKey(each) === parent,
          ).length;
          keys.set(event.id, `${parent}/1.${index}`);
        }
      }
      if (event.event === 'log') {
        const told = outcomeIn(event.message);
        if (told !== null) happen(keys.get(told.token) ?? '', told.event);
      }
      if (event.event === 'execution_created') owners.set(event.execution, event.token);
      if (event.event === 'executions.change' && event.to.finished === true) {
        if (!owners.has(event.id)) continue;
        const { exit_status: code = null, term_signal: number = null } = event.to;
        happen(keys.get(owners.get(event.id) ?? '') ?? '', {
          type: 'exited',
          code,
          signal: number === 15 ? 'TERM' : null,
          timedOut: false,
        });
      }
    }
    for (const [sleeper, at] of due) if (at <= clock) happen(sleeper, { type: 'woken' });
  }
  return course;
}

/** What the log of a run says of the instances that it launched, or waited for. */
function outcomeIn(message: string): { token: string; event: OuterEvent } | null {
  const [, token = '', text = ''] = /^\(token (\w+)\) (.*)$/.exec(message) ?? [];
  if (text === 'All waiting jobs are finished.') {
    return { token, event: { type: 'awaited', failed: null } };
  }
  const [, child, end] = /^Sub process (.*) is (finished|canceled)\.$/.exec(text) ?? [];
  if (child === undefined) return null;
  const outcome = end === 'finished' ? 'success' : 'canceled';
  return { token, event: { type: 'child_ended', outcome, child } };
}

function take(effect: OuterEffect, cause: OuterEvent['type'], course: Course): void {
  if (effect.type === 'execute') {
    const { shell, queue, env } = effect;
    course.commands.push({ shell, queue, env });
  }
  if (effect.type === 'notify') course.notices.push(effect.event);
  // Echoes are single words in these runs; what the engine says itself is no matter of taste here.
  if (effect.type === 'log' && cause === 'start' && /^\w+$/.test(effect.message)) {
    course.echoes.push(effect.message);
  }
}

function scriptsOf(steps: readonly TraceStep[]): string[] {
  return steps.flatMap((each) =>
    each.events.flatMap((event) => (event.event === 'tokens.new' ? [event.row.script] : [])),
  );
}
