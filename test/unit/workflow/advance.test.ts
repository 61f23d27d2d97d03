/** What an event at one token comes to in its whole instance. */
import { describe, expect, it } from 'vitest';
import { advance, type Thread } from '../../../src/workflow/advance.ts';
import { branchKey, lineageKeys, parentKey } from '../../../src/workflow/token-key.ts';
import { newborn } from '../../../src/workflow/token.ts';
import { plainFacts } from './plain-facts.ts';
import { playInstance, treeOf } from './played-instance.ts';

const exited = { type: 'exited', code: 0, signal: null, timedOut: false } as const;
const born: Thread = { token: newborn({ env: {} }), openBranches: 0 };

describe('a fork', () => {
  it('begins its branches in their order, each as far as it gets', () => {
    const tree = treeOf('fork:\n  execute: a\n  noop:\n  fork:\n    execute: b\n  execute: c');
    const advanced = advance(tree, [born], '', { type: 'start' }, plainFacts);
    if (advanced.status === 'illegal') throw new Error(advanced.reason);
    expect(advanced.status).toBe('advanced');
    expect(
      advanced.changes.map(({ token: { key, status }, openBranches, before }) => [
        key,
        status,
        openBranches,
        before?.token.path,
      ]),
    ).toEqual([
      ['', 'waiting', 3, ''],
      ['/1.0', 'working', 0, undefined],
      ['/1.1', 'finished', 0, undefined],
      ['/1.2', 'waiting', 1, undefined],
      ['/1.2/1.0', 'working', 0, undefined],
      ['/1.3', 'working', 0, undefined],
    ]);
  });

  it('whose branches take no time is over at once', () => {
    const instance = playInstance('parallel_fork: 300\n  noop:\nexecute: after');
    instance.happen('', { type: 'start' });
    expect(instance.token('')).toMatchObject({ path: '/1-execute', status: 'working' });
    expect(instance.tokens).toHaveLength(301);
  });

  it('is one with more branches than a process can bear, and ends critically', () => {
    const script = 'parallel_fork: 10000\n  parallel_fork: 10000\n    execute: a';
    const instance = playInstance(script);
    const changes = instance.happen('', { type: 'start' });
    expect(instance.status).toBe('canceled');
    const told = typeof changes === 'string' ? [] : changes.flatMap(({ effects }) => effects);
    expect(told.filter(({ type }) => type === 'notify')).toEqual([
      {
        type: 'notify',
        event: 'critical',
        message: '/0-parallel_fork/0-parallel_fork: More than 100000 branches at once.',
      },
    ]);
  });

  it('is named anew each time that a token forks', () => {
    const instance = playInstance('fork:\n  noop:\nfork:\n  execute: a');
    instance.happen('', { type: 'start' });
    expect(instance.tokens.map(({ key }) => key)).toEqual(['', '/1.0', '/2.0']);
  });
});

describe('a cancel of one branch', () => {
  it('ends all of its instance, in the name of who wanted it', () => {
    const instance = playInstance('fork:\n  execute: a\n  sleep: 60\n  noop:');
    instance.happen('', { type: 'start' });
    const changes = instance.happen('/1.0', { type: 'cancel', by: 'ann' });
    if (typeof changes === 'string') throw new Error(changes);
    expect(instance.tokens.map(({ status }) => status)).toEqual([
      'canceled',
      'canceled',
      'canceled',
      'finished',
    ]);
    const message = 'This job was canceled by ann.';
    expect(changes.flatMap(({ token: { key }, effects }) => effects.map((e) => [key, e]))).toEqual([
      ['/1.0', { type: 'stop' }],
      ['', { type: 'log', level: 'WARN', message }],
      ['', { type: 'notify', event: 'cancellation', message }],
    ]);
  });
});

describe('what is not given', () => {
  it('is asked for: a token that is told, and the parent of a branch that ends', () => {
    const tree = treeOf('fork:\n  execute: a');
    expect(() => advance(tree, [], '', { type: 'start' }, plainFacts)).toThrow(
      'the token  is not among those given',
    );
    const branch = newborn({ env: {}, branch: { from: '/0-fork', within: '/0-fork' } }, '/1.0');
    const threads = [{ token: { ...branch, path: '/0-fork/0-execute' }, openBranches: 0 }];
    expect(() => advance(tree, threads, '/1.0', exited, plainFacts)).toThrow(
      'the token  is not among those given',
    );
  });

  it('is not needed: who is not on the way of the event', () => {
    const tree = treeOf('fork:\n  execute: a\n  execute: b');
    const all = new Map<string, Thread>([['', born]]);
    const started = advance(tree, [born], '', { type: 'start' }, plainFacts);
    if (started.status === 'illegal') throw new Error(started.reason);
    for (const change of started.changes) all.set(change.token.key, change);
    const given = [...all.values()].filter(({ token }) => token.key !== '/1.1');
    const advanced = advance(tree, given, '/1.0', exited, plainFacts);
    if (advanced.status === 'illegal') throw new Error(advanced.reason);
    expect(advanced.changes.map(({ token, openBranches }) => [token.key, openBranches])).toEqual([
      ['/1.0', 0],
      ['', 1],
    ]);
  });
});

describe('a branch without a node to begin with', () => {
  it('ends the instance critically', () => {
    const branch = newborn({ env: {}, branch: { from: '/9-gone', within: '/9-gone' } }, '/1.0');
    const threads = [{ token: branch, openBranches: 0 }];
    expect(advance(treeOf('noop:'), threads, '/1.0', { type: 'start' }, plainFacts)).toMatchObject({
      changes: [{ token: { status: 'critical' } }],
    });
  });
});

describe('a key', () => {
  it('says whose branch a token is', () => {
    const key = branchKey({ key: '/1.0', attempt: 3 }, 2);
    expect(key).toBe('/1.0/3.2');
    expect(parentKey(key)).toBe('/1.0');
    expect(lineageKeys(key)).toEqual(['/1.0/3.2', '/1.0', '']);
  });
});
