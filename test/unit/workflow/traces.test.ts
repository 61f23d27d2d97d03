/** Whole runs of the original, played again: the same commands, states and notices in the same order. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/workflow/effect.ts';
import type { TokenEvent } from '../../../src/workflow/facts.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { step } from '../../../src/workflow/step.ts';
import type { Token } from '../../../src/workflow/token.ts';
import { itConforms, readFixture } from './oracle.ts';

interface Trace {
  readonly expected: { readonly steps: readonly TraceStep[] };
}
interface TraceStep {
  readonly action: { readonly do: string; readonly by?: string };
  readonly events: readonly TraceEvent[];
}
type TraceEvent =
  | { readonly event: 'tokens.new'; readonly row: { readonly script: string } }
  | { readonly event: 'tokens.change'; readonly to: { readonly status?: string } }
  | { readonly event: 'instances.change'; readonly to: { readonly status?: string } }
  | {
      readonly event: 'execution_created';
      readonly shell: string;
      readonly queue: string;
      readonly env: Readonly<Record<string, string>> | null;
    }
  | {
      readonly event: 'executions.change';
      readonly to: { finished?: boolean; exit_status?: number; term_signal?: number };
    }
  | { readonly event: 'log'; readonly level: string; readonly message: string }
  | { readonly event: 'notify'; readonly kind: string };

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
      return { id, here: replay(steps), there: recorded(steps) };
    });
  itConforms(
    runs.map(({ id, here, there }) => ({
      id,
      here: withoutNotices(here),
      there: withoutNotices(there),
    })),
  );

  describe('is told', () => {
    itConforms(
      runs.map(({ id, here, there }) => ({ id, here: here.notices, there: there.notices })),
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
      ],
    );
  });
});

function withoutNotices({ commands, statuses, echoes }: Course): Omit<Course, 'notices'> {
  return { commands, statuses, echoes };
}

function stepsOf(name: string): readonly TraceStep[] {
  return (readFixture(`traces/${name}.json`) as Trace).expected.steps;
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

function replay(steps: readonly TraceStep[]): Course {
  const course: Course = { commands: [], statuses: [], notices: [], echoes: [] };
  let script = '';
  let token: Token = newborn();
  const happen = (event: TokenEvent): void => {
    const parsed = parse(script);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
    const stepped = step(parsed.tree, token, event, { outputTail: '' });
    if (stepped.status === 'illegal') {
      // A command that ends after its instance was cancelled changes nothing any more.
      if (token.status !== 'canceled') throw new Error(stepped.reason);
      return;
    }
    const before = instanceStatus(token);
    token = stepped.token;
    if (instanceStatus(token) !== before) course.statuses.push(instanceStatus(token));
    stepped.effects.forEach((effect) => take(effect, event.type, course));
  };
  for (const { action, events } of steps) {
    const by = action.by ?? '';
    if (action.do === 'retry' || action.do === 'skip') happen({ type: action.do, by });
    if (action.do === 'cancel' || action.do === 'force_cancel') happen({ type: 'cancel', by });
    for (const event of events) {
      if (event.event === 'tokens.new') {
        [script, token] = [event.row.script, newborn()];
        happen({ type: 'start' });
      }
      if (event.event === 'executions.change' && event.to.finished === true) {
        const { exit_status: code = null, term_signal: number = null } = event.to;
        happen({ type: 'exited', code, signal: number === 15 ? 'TERM' : null, timedOut: false });
      }
    }
  }
  return course;
}

function take(effect: Effect, cause: TokenEvent['type'], course: Course): void {
  if (effect.type === 'execute') {
    const { shell, queue, env } = effect;
    course.commands.push({ shell, queue, env });
  }
  if (effect.type === 'notify') course.notices.push(effect.event);
  if (effect.type === 'log' && cause === 'start' && effect.level === 'INFO') {
    course.echoes.push(effect.message);
  }
}

/** As contract section 2 derives it from the one token of these runs. */
function instanceStatus({ status }: Token): string {
  if (status === 'failure') return 'error';
  if (status === 'finished') return 'success';
  return status === 'canceled' || status === 'critical' ? 'canceled' : 'working';
}

function newborn(): Token {
  return { path: '', status: 'working', attempt: 0, context: { env: {} } };
}

function scriptsOf(steps: readonly TraceStep[]): string[] {
  return steps.flatMap((each) =>
    each.events.flatMap((event) => (event.event === 'tokens.new' ? [event.row.script] : [])),
  );
}
