/** The step as its table says: what happens to a token, and what cannot. */
import { describe, expect, it } from 'vitest';
import type { TokenEvent } from '../../../src/workflow/facts.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { longestSeconds } from '../../../src/workflow/longest.ts';
import { step, table } from '../../../src/workflow/step.ts';
import { parseRetry, pauseAfter } from '../../../src/workflow/task/retry.ts';
import { taskOf } from '../../../src/workflow/tasks.ts';
import {
  newborn,
  type Token,
  type TokenStatus,
  tokenStatuses,
} from '../../../src/workflow/token.ts';
import { plainFacts } from './plain-facts.ts';

const facts = plainFacts;
const events: Readonly<Record<TokenEvent['type'], TokenEvent>> = {
  start: { type: 'start' },
  exited: { type: 'exited', code: 0, signal: null, timedOut: false },
  lost: { type: 'lost', evidence: 'its host is gone.' },
  joined: { type: 'joined' },
  woken: { type: 'woken' },
  awaited: { type: 'awaited', failed: null },
  child_ended: { type: 'child_ended', outcome: 'success', child: 'nightly #7' },
  maintained: { type: 'maintained', done: true, report: '2 rows deleted.' },
  retry: { type: 'retry', by: 'ann' },
  skip: { type: 'skip', by: 'ann' },
  cancel: { type: 'cancel', by: 'ann' },
};

const failing: readonly [TokenEvent, ...TokenEvent[]] = [
  { type: 'exited', code: 1, signal: null, timedOut: false },
  { type: 'awaited', failed: 'it failed.' },
  { type: 'child_ended', outcome: 'canceled', child: 'nightly #7' },
  { type: 'maintained', done: false, report: 'the disk is full.' },
];

/** A script, and a place in it where the event can happen. */
function place({ type }: TokenEvent): [script: string, path: string] {
  switch (type) {
    case 'start':
      return ['execute: a', ''];
    case 'joined':
      return ['fork:\n  noop:', '/0-fork'];
    case 'awaited':
    case 'woken':
      return ['wait: 1/daily', '/0-wait'];
    case 'child_ended':
      return ['sub_process: 1', '/0-sub_process'];
    case 'maintained':
      return ['kuroko_runner: remind_failure', '/0-kuroko_runner'];
    case 'exited':
    case 'lost':
    case 'retry':
    case 'skip':
    case 'cancel':
      return ['execute: a', '/0-execute'];
  }
}

function combinations<A, B, C, D>(
  as: readonly A[],
  bs: readonly B[],
  cs: readonly C[],
  ds: readonly D[],
): [A, B, C, D][] {
  return as.flatMap((a) =>
    bs.flatMap((b) => cs.flatMap((c) => ds.map((d): [A, B, C, D] => [a, b, c, d]))),
  );
}

describe('the table', () => {
  const tree = treeOf('execute: a');
  const legal = tokenStatuses.flatMap((status) =>
    Object.values(events).map((event) => ({ status, event, here: table[status][event.type] })),
  );

  it.each(legal.filter(({ here }) => here === undefined))(
    'has no place for $event.type in $status',
    ({ status, event }) => {
      const stepped = step(tree, tokenAt('/0-execute', { status }), event, facts);
      expect(stepped.status).toBe('illegal');
    },
  );

  it.each(legal.filter(({ here }) => here !== undefined))(
    'has a place for $event.type in $status',
    ({ status, event }) => {
      const [script, path] = place(event);
      const context = { env: {}, ...(status === 'working' ? { failures: 1 } : {}) };
      const stepped = step(treeOf(script), tokenAt(path, { status, context }), event, facts);
      expect(stepped.status).toBe('stepped');
    },
  );

  it('has nothing left to happen in a final status', () => {
    for (const status of ['finished', 'critical', 'canceled'] as const) {
      expect(table[status]).toEqual({});
    }
  });

  it('says of each event where it may lead, no more and no less', () => {
    const led = new Map<string, Set<string>>();
    const kinds = [
      'execute: a',
      'sleep: 1',
      'wait: 1/daily',
      'sub_process: 1',
      'fork:\n  noop:',
      'kuroko_runner: remind_failure',
    ];
    const after = ['', 'execute: b', 'execute:', 'sleep: 1'];
    const arounds = ['', 'retry: count=9\n', 'retry: count=9 sleep_time=1\n'];
    const contexts = [{ env: {} }, { env: {}, failures: 1 }];
    for (const [kind, next, around, context] of combinations(kinds, after, arounds, contexts)) {
      const script = `${around}${around === '' ? '' : '  '}${kind.replaceAll('\n', '\n   ')}\n${next}`;
      const forest = treeOf(script);
      const path = forest.children[0]?.children[0]?.path ?? '';
      const at = around === '' ? (forest.children[0]?.path ?? '') : path;
      for (const status of tokenStatuses) {
        for (const event of [...Object.values(events), ...failing]) {
          const where = event.type === 'start' ? '' : at;
          // A fork never fails: no failed step stands at one.
          if (status === 'failure' && kind.startsWith('fork')) continue;
          const stepped = step(forest, tokenAt(where, { status, context }), event, facts);
          expect(['stepped', 'illegal']).toContain(stepped.status);
          if (stepped.status === 'illegal') continue;
          const from = `${status} ${event.type}`;
          led.set(from, (led.get(from) ?? new Set()).add(stepped.token.status));
        }
      }
    }
    for (const script of ['', 'execute:']) {
      const stepped = step(treeOf(script), tokenAt(''), events.start, facts);
      if (stepped.status === 'stepped') led.get('working start')?.add(stepped.token.status);
    }
    for (const status of tokenStatuses) {
      for (const event of Object.values(events)) {
        const stepped = step(tree, tokenAt('/9-gone', { status }), event, facts);
        if (stepped.status === 'illegal') continue;
        led.get(`${status} ${event.type}`)?.add(stepped.token.status);
      }
    }
    const said = tokenStatuses.flatMap((status) =>
      Object.entries(table[status]).map(([event, { to }]) => [`${status} ${event}`, new Set(to)]),
    );
    expect(Object.fromEntries(led)).toEqual(Object.fromEntries(said));
  });

  it('says of each status, and of each event, that it has no place', () => {
    const reason = (status: TokenStatus, event: TokenEvent): string => {
      const stepped = step(tree, tokenAt('/0-execute', { status }), event, facts);
      return stepped.status === 'illegal' ? stepped.reason : 'it has one';
    };
    expect(Object.values(events).map((event) => reason('finished', event))).toEqual([
      'A finished step cannot be started.',
      'A finished step cannot have a command that ends.',
      'A finished step cannot have a command that is lost.',
      'A finished step cannot have branches that finish.',
      'A finished step cannot be woken.',
      'A finished step cannot be waited for.',
      'A finished step cannot have an instance that ends.',
      'A finished step cannot have a maintenance that ends.',
      'A finished step cannot be retried.',
      'A finished step cannot be skipped.',
      'A finished step cannot be cancelled.',
    ]);
    expect(tokenStatuses.map((status) => reason(status, events.joined))).toEqual([
      'A working step cannot have branches that finish.',
      'Nothing has been forked at /0-execute.',
      'A failed step cannot have branches that finish.',
      'A finished step cannot have branches that finish.',
      'A critical step cannot have branches that finish.',
      'A cancelled step cannot have branches that finish.',
    ]);
  });

  it('says in plain words why something cannot be', () => {
    expect(step(tree, tokenAt('', { status: 'finished' }), events.retry, facts)).toEqual({
      status: 'illegal',
      reason: 'A finished step cannot be retried.',
    });
    expect(step(tree, tokenAt('/0-execute'), events.start, facts)).toEqual({
      status: 'illegal',
      reason: 'A step is started only once.',
    });
    expect(step(tree, tokenAt(''), events.exited, facts)).toEqual({
      status: 'illegal',
      reason: 'No command runs at /.',
    });
    for (const [status, event, reason] of [
      ['working', events.lost, 'No command runs at /0-noop.'],
      ['working', events.woken, 'Nothing is to be tried again at /0-noop.'],
      ['waiting', events.woken, 'Nothing sleeps at /0-noop.'],
      ['waiting', events.joined, 'Nothing has been forked at /0-noop.'],
      ['waiting', events.awaited, 'Nothing is waited for at /0-noop.'],
      ['waiting', events.child_ended, 'Nothing has been launched at /0-noop.'],
      ['waiting', events.maintained, 'No maintenance is under way at /0-noop.'],
    ] as const) {
      expect(step(treeOf('noop:'), tokenAt('/0-noop', { status }), event, facts)).toEqual({
        status: 'illegal',
        reason,
      });
    }
  });
});

describe('a start', () => {
  it('passes everything instant in one go, to the first command', () => {
    const tree = treeOf(
      'echo: hi\nsequence:\n  env: A=1\n  queue: batch\ntimeout: 1\nexecute: run\n',
    );
    expect(step(tree, tokenAt(''), events.start, facts)).toEqual({
      status: 'stepped',
      token: {
        key: '',
        path: '/3-execute',
        status: 'working',
        attempt: 0,
        context: { env: { A: '1' }, queue: 'batch', timeoutSeconds: 60 },
      },
      effects: [
        { type: 'log', level: 'INFO', message: 'hi' },
        {
          type: 'execute',
          shell: 'run',
          queue: 'batch',
          env: { A: '1' },
          chdir: null,
          timeoutSeconds: 60,
        },
      ],
    });
  });

  it('finishes a script that runs nothing', () => {
    expect(step(treeOf('noop:\n  echo:\n'), tokenAt(''), events.start, facts)).toEqual({
      status: 'stepped',
      token: { key: '', path: '', status: 'finished', attempt: 0, context: { env: {} } },
      effects: [
        { type: 'log', level: 'INFO', message: '' },
        { type: 'notify', event: 'finished', message: null },
      ],
    });
    expect(step(treeOf(''), tokenAt(''), events.start, facts)).toMatchObject({
      token: { status: 'finished' },
    });
  });

  it('keeps the environment of the launch, unless the script sets the same name', () => {
    const tree = treeOf('env: A=script\nenv: __proto__=x\nexecute: run');
    const token = tokenAt('', { context: { env: { A: 'launch', B: 'launch' } } });
    const stepped = step(tree, token, events.start, facts);
    const env = stepped.status === 'stepped' ? stepped.token.context.env : {};
    expect(Object.entries(env)).toEqual([
      ['A', 'script'],
      ['B', 'launch'],
      ['__proto__', 'x'],
    ]);
  });

  it('leaves what it was given as it was', () => {
    const tree = treeOf('env: A=1\nqueue: q\ntimeout: 1\nexecute: run');
    const token = deepFreeze(tokenAt('', { context: { env: { B: '2' } } }));
    expect(step(deepFreeze(tree), token, events.start, facts).status).toBe('stepped');
  });
});

describe('a limit and a queue', () => {
  const last = (script: string) => {
    const stepped = step(treeOf(script), tokenAt(''), events.start, facts);
    return stepped.status === 'stepped' ? stepped.effects.at(-1) : null;
  };

  it('hold for what follows until the next one', () => {
    expect(last('timeout: 2h\ntimeout: 90\nexecute: a')).toMatchObject({ timeoutSeconds: 5400 });
    expect(last('queue: a\nqueue: b\nexecute: a')).toMatchObject({ queue: 'b' });
  });

  it('are unlimited and the default one when nothing is said', () => {
    expect(last('execute: a')).toMatchObject({ timeoutSeconds: null, queue: '@default' });
  });

  it('can be lifted: 0 is unlimited, an empty queue is the default', () => {
    expect(last('timeout: 2h\ntimeout: 0\nexecute: a')).toMatchObject({ timeoutSeconds: null });
    expect(last('timeout: 2h\ntimeout:\nexecute: a')).toMatchObject({ timeoutSeconds: 7200 });
    expect(last('queue: a\nqueue:\nexecute: a')).toMatchObject({ queue: '@default' });
  });
});

describe('the end of a command', () => {
  const tree = treeOf('timeout: 1\nexecute: run\n  echo: then its children\nexecute: next');
  const token = tokenAt('/1-execute', { attempt: 4, context: { env: {}, timeoutSeconds: 60 } });
  const end = (event: Partial<Extract<TokenEvent, { type: 'exited' }>>, tail = '') =>
    step(
      tree,
      token,
      { type: 'exited', code: null, signal: null, timedOut: false, ...event },
      { ...facts, outputTail: tail },
    );
  const firstLog = (stepped: ReturnType<typeof end>) =>
    stepped.status === 'stepped' ? stepped.effects[0] : null;

  it('with 0 goes on: children first, then what follows', () => {
    expect(end({ code: 0 })).toMatchObject({
      token: { path: '/2-execute', status: 'working', attempt: 4 },
      effects: [
        { type: 'log', level: 'INFO', message: '[SUCCESS] `run` returns 0.' },
        { type: 'log', message: 'then its children' },
        { type: 'execute', shell: 'next', timeoutSeconds: 60 },
      ],
    });
  });

  it('with anything else fails, and people are told the path and the last lines', () => {
    expect(end({ code: 1 }, 'no such table')).toEqual({
      status: 'stepped',
      token: { ...token, status: 'failure', attempt: 5 },
      effects: [
        { type: 'log', level: 'ERROR', message: '[FAILURE] `run` returns 1.' },
        {
          type: 'notify',
          event: 'failure',
          message: '/1-execute: [FAILURE] `run` returns 1.\n\n```\nno such table\n```',
        },
      ],
    });
  });

  it('by a signal says which, however it is spelled', () => {
    const message = '[FAILURE] `run` stopped by TERM signal.';
    expect(firstLog(end({ signal: 'TERM' }))).toMatchObject({ message });
    expect(firstLog(end({ signal: 'SIGTERM' }))).toMatchObject({ message });
    expect(firstLog(end({}))).toMatchObject({
      message: '[FAILURE] `run` stopped by unknown signal.',
    });
  });

  it('by its limit says so, also when the command took it well', () => {
    expect(firstLog(end({ signal: 'KILL', timedOut: true }))).toMatchObject({
      message: '[FAILURE] `run` stopped by KILL signal: it ran longer than its limit of 1 minute.',
    });
    expect(firstLog(end({ code: 0, timedOut: true }))).toEqual({
      type: 'log',
      level: 'WARN',
      message: '[SUCCESS] `run` returns 0: it ran longer than its limit of 1 minute.',
    });
    const longer = { ...token, context: { env: {}, timeoutSeconds: 7200 } };
    const timedOut = { type: 'exited', code: 3, signal: null, timedOut: true } as const;
    expect(firstLog(step(tree, longer, timedOut, facts))).toMatchObject({
      message: '[FAILURE] `run` returns 3: it ran longer than its limit of 120 minutes.',
    });
    const unlimited = { ...token, context: { env: {} } };
    expect(firstLog(step(tree, unlimited, timedOut, facts))).toMatchObject({
      message: '[FAILURE] `run` returns 3: it ran longer than its limit.',
    });
  });

  it('that nobody saw fails with the evidence', () => {
    expect(step(tree, token, events.lost, facts)).toMatchObject({
      token: { path: '/1-execute', status: 'failure', attempt: 5 },
      effects: [
        { type: 'log', level: 'ERROR', message: '[FAILURE] `run` is lost: its host is gone.' },
        { type: 'notify', event: 'failure' },
      ],
    });
  });
});

describe('an operator', () => {
  const tree = treeOf('execute: run\nexecute: next');
  const failed = tokenAt('/0-execute', { status: 'failure', attempt: 1 });

  it('retries the failed step: the same command, the same attempt', () => {
    expect(step(tree, failed, events.retry, facts)).toMatchObject({
      token: { path: '/0-execute', status: 'working', attempt: 1 },
      effects: [
        { type: 'log', level: 'INFO', message: 'Retry by ann.' },
        { type: 'notify', event: 'retrying', message: 'Retry by ann.' },
        { type: 'execute', shell: 'run' },
      ],
    });
  });

  it('skips it: the next command, and people are told which step was given up', () => {
    expect(step(tree, failed, events.skip, facts)).toMatchObject({
      token: { path: '/1-execute', status: 'working', attempt: 1 },
      effects: [
        { type: 'log', level: 'INFO', message: 'Skipped by ann.' },
        {
          type: 'notify',
          event: 'skipping',
          message: "/0-execute: Skipped by ann: 'execute: run'",
        },
        { type: 'execute', shell: 'next' },
      ],
    });
  });

  it('skips a waiting step, too', () => {
    const waiting = tokenAt('/0-wait', { status: 'waiting', attempt: 1 });
    expect(step(treeOf('wait:\nexecute: next'), waiting, events.skip, facts)).toMatchObject({
      token: { path: '/1-execute', status: 'working' },
      effects: [
        { type: 'log' },
        { type: 'notify', message: "/0-wait: Skipped by ann: 'wait: '" },
        { type: 'execute', shell: 'next' },
      ],
    });
  });

  it('cancels a working step and stops what it runs', () => {
    expect(step(tree, tokenAt('/0-execute'), events.cancel, facts)).toEqual({
      status: 'stepped',
      token: tokenAt('/0-execute', { status: 'canceled' }),
      effects: [
        { type: 'stop' },
        { type: 'log', level: 'WARN', message: 'This job was canceled by ann.' },
        { type: 'notify', event: 'cancellation', message: 'This job was canceled by ann.' },
      ],
    });
  });

  it('skips no fork: its branches would run on', () => {
    for (const word of ['fork', 'parallel_fork']) {
      const waiting = tokenAt(`/0-${word}`, { status: 'waiting' });
      expect(step(treeOf(`${word}: 2\n  execute: a`), waiting, events.skip, facts)).toEqual({
        status: 'illegal',
        reason: `Only the steps of a branch can be skipped at /0-${word}.`,
      });
    }
  });

  it('cancels a failed step, which runs nothing', () => {
    expect(step(tree, failed, events.cancel, facts)).toMatchObject({
      token: { path: '/0-execute', status: 'canceled', attempt: 1 },
      effects: [{ type: 'log' }, { type: 'notify', event: 'cancellation' }],
    });
  });

  it('cancels what a step has launched while it waits for that, and not once it has failed', () => {
    const launcher = treeOf('sub_process: 1');
    const effectsAt = (status: TokenStatus) => {
      const stepped = step(launcher, tokenAt('/0-sub_process', { status }), events.cancel, facts);
      return stepped.status === 'illegal' ? [] : stepped.effects.map(({ type }) => type);
    };
    expect(effectsAt('waiting')).toEqual(['cancel_child', 'log', 'notify']);
    expect(effectsAt('failure')).toEqual(['log', 'notify']);
  });
});

describe('a step below a retry that cannot be read', () => {
  it('fails as if there were none', () => {
    const token = tokenAt('/0-retry/0-execute');
    expect(step(treeOf('retry: x\n  execute: a'), token, failing[0], facts)).toMatchObject({
      token: { status: 'failure', attempt: 1 },
    });
  });
});

describe('the pause before another attempt', () => {
  it.each([
    ['sleep_time=10', [10, 10, 10, 10]],
    ['sleep_time=10 backoff=exponential', [10, 20, 40, 80]],
    ['sleep_time=10 backoff=exponential max_sleep=30', [10, 20, 30, 30]],
    ['sleep_time=10 max_sleep=3', [3, 3, 3, 3]],
    ['backoff=exponential', [0, 0, 0, 0]],
    ['sleep_time=9999999999', [longestSeconds, longestSeconds, longestSeconds, longestSeconds]],
  ])('with %s is %j seconds', (how, seconds) => {
    const parsed = parseRetry(`count=9 ${how}`);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    expect([1, 2, 3, 4].map((failures) => pauseAfter(failures, parsed.value))).toEqual(seconds);
    expect(pauseAfter(5_000, parsed.value)).toBeLessThanOrEqual(longestSeconds);
  });
});

describe('a custom task that the configuration has no more', () => {
  it('cannot go on', () => {
    const node = treeOf('gone: x').children[0];
    if (node === undefined) throw new Error('there is a node');
    expect(taskOf('gone', ['gone'])?.enter?.(node, { env: {} }, facts)).toEqual({
      type: 'broken',
      message: '`gone` is not registered in task repository.',
    });
  });
});

describe('a script that cannot go on', () => {
  it.each([
    ['execute:', 'Option is required for execute'],
    ['env: A', 'Syntax error option value of env: A'],
    ['queue: a b', 'Queue name must be match with /\\A@?[\\w-]{1,180}\\z/: a b'],
    ['timeout: a', 'A value of TIMEOUT should be a number.'],
    ['fork:', '`fork` must have children.'],
    ['parallel_fork: 2', '`parallel_fork` must have children.'],
    [
      'parallel_fork: 0\n  noop:',
      '`parallel_fork` must have a size, a whole number of at least 1.',
    ],
    ['parallel_fork: 10001\n  noop:', '`parallel_fork` can have a size of at most 10000.'],
    ['sleep: a', 'A value of sleep should be a number.'],
    ['expected_time: a', 'A value of EXPECTED_TIME should be a number.'],
    ['retry: x', 'Syntax error option value of retry: x'],
    ['wait: x', 'Syntax error option value of wait: x'],
    ['sub_process:', 'Option of sub process should be a number.'],
    ['rails_env: moon', 'Argument error: option value of rails_env: moon is not settable.'],
    ['runner:', 'Option is required for runner'],
    ['kuroko_runner: vacuum', '`vacuum` is no maintenance of kuroko_runner.'],
    ['bogus: x', '`bogus` is not registered in task repository.'],
  ])('%j ends critically, where it broke', (script, message) => {
    const tree = treeOf(`echo: before\n${script}`);
    const path = tree.children[1]?.path ?? '';
    expect(step(tree, tokenAt(''), events.start, facts)).toEqual({
      status: 'stepped',
      token: tokenAt(path, { status: 'critical' }),
      effects: [
        { type: 'log', level: 'INFO', message: 'before' },
        { type: 'stop' },
        { type: 'log', level: 'ERROR', message: `${path}: ${message}` },
        { type: 'notify', event: 'critical', message: `${path}: ${message}` },
      ],
    });
  });

  it('is one without the step that the token stands at', () => {
    const tree = treeOf('execute: run');
    for (const [status, event] of [
      ['working', events.exited],
      ['working', events.lost],
      ['failure', events.retry],
      ['failure', events.skip],
    ] as const) {
      expect(step(tree, tokenAt('/9-gone', { status }), event, facts)).toMatchObject({
        token: { path: '/9-gone', status: 'critical' },
        effects: [
          { type: 'stop' },
          { level: 'ERROR', message: '/9-gone: There is no such step in the script.' },
          { event: 'critical' },
        ],
      });
    }
  });

  it('is one whose running step it does not know', () => {
    const tree = treeOf('execute:');
    for (const event of [events.exited, events.lost]) {
      expect(step(tree, tokenAt('/0-execute'), event, facts)).toMatchObject({
        token: { status: 'critical' },
      });
    }
  });
});

function treeOf(script: string): Node {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.tree;
}

function tokenAt(path: string, rest: Partial<Token> = {}): Token {
  return { ...newborn({ env: {} }), path, ...rest };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
