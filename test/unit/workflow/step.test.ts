/** The step as its table says: what happens to a token, and what cannot. */
import { describe, expect, it } from 'vitest';
import type { TokenEvent } from '../../../src/workflow/facts.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { step, table } from '../../../src/workflow/step.ts';
import { type Token, tokenStatuses } from '../../../src/workflow/token.ts';

const facts = { outputTail: '' };
const events: Readonly<Record<TokenEvent['type'], TokenEvent>> = {
  start: { type: 'start' },
  exited: { type: 'exited', code: 0, signal: null, timedOut: false },
  lost: { type: 'lost', evidence: 'its host is gone.' },
  retry: { type: 'retry', by: 'ann' },
  skip: { type: 'skip', by: 'ann' },
  cancel: { type: 'cancel', by: 'ann' },
};

const failing: TokenEvent = { type: 'exited', code: 1, signal: null, timedOut: false };

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
      const path = event.type === 'start' ? '' : '/0-execute';
      const stepped = step(tree, tokenAt(path, { status }), event, facts);
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
    const scripts = [
      '',
      'execute: a',
      'execute: a\nexecute: b',
      'execute: a\nexecute:',
      'execute:',
    ];
    const paths = ['', '/0-execute', '/9-gone'];
    for (const script of scripts) {
      for (const path of paths) {
        for (const status of tokenStatuses) {
          // Only a command fails: no other node is one that a failed step stands at.
          for (const event of [...Object.values(events), failing]) {
            const stepped = step(treeOf(script), tokenAt(path, { status }), event, facts);
            if (stepped.status === 'illegal') continue;
            if (status === 'failure' && path === '') continue;
            const from = `${status} ${event.type}`;
            led.set(from, (led.get(from) ?? new Set()).add(stepped.token.status));
          }
        }
      }
    }
    const said = tokenStatuses.flatMap((status) =>
      Object.entries(table[status]).map(([event, { to }]) => [`${status} ${event}`, new Set(to)]),
    );
    expect(Object.fromEntries(led)).toEqual(Object.fromEntries(said));
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
    expect(step(treeOf('noop:'), tokenAt('/0-noop'), events.lost, facts)).toEqual({
      status: 'illegal',
      reason: 'No command runs at /0-noop.',
    });
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
      token: { path: '', status: 'finished', attempt: 0, context: { env: {} } },
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
      {
        outputTail: tail,
      },
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

  it('cancels a failed step, which runs nothing', () => {
    expect(step(tree, failed, events.cancel, facts)).toMatchObject({
      token: { path: '/0-execute', status: 'canceled', attempt: 1 },
      effects: [{ type: 'log' }, { type: 'notify', event: 'cancellation' }],
    });
  });
});

describe('a script that cannot go on', () => {
  it.each([
    ['execute:', 'Option is required for execute'],
    ['env: A', 'Syntax error option value of env: A'],
    ['queue: a b', 'Queue name must be match with /\\A@?[\\w-]{1,180}\\z/: a b'],
    ['timeout: a', 'A value of TIMEOUT should be a number.'],
    ['fork:\n  noop:', '`fork` is understood but not executed by this version yet.'],
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
  return { path, status: 'working', attempt: 0, context: { env: {} }, ...rest };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
