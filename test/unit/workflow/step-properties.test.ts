/**
 * What holds for every run: of random scripts, with random results, in random order, with decisions
 * of people and a process that may end between any two events. `PROPERTY_RUNS=20000` is the long run.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  type OuterEffect,
  type OuterEvent,
  type Thread,
} from '../../../src/workflow/advance.ts';
import { findNode } from '../../../src/workflow/find-node.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { step } from '../../../src/workflow/step.ts';
import { parentKey } from '../../../src/workflow/token-key.ts';
import { isActive, newborn, type Token } from '../../../src/workflow/token.ts';
import { describeRun, type Fate, readPlainly } from '../../support/plain-reading.ts';
import { plainFacts } from './plain-facts.ts';
import { treeOf } from './played-instance.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 100);
const timeout = 60_000 + numRuns * 100;

/** A task and what stands below it. */
type Lines = readonly string[];
const { script: lines } = fc.letrec<{ script: Lines; task: Lines }>((tie) => ({
  script: fc.array(tie('task'), { maxLength: 4 }).map((tasks) => tasks.flat()),
  task: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(99).map((number) => [`execute: run ${number}`]),
    fc.constantFrom(
      ['noop:'],
      ['echo: hi'],
      ['queue:'],
      ['queue: batch'],
      ['timeout: 2'],
      ['timeout: 0'],
    ),
    fc.constantFrom(['sleep: 0'], ['sleep: 5'], ['wait: 1/daily'], ['sub_process: 1']),
    fc.constant(['kuroko_runner: remind_failure']),
    fc.constantFrom(['auto_skip_error: true'], ['auto_skip_error: off'], ['rails_env: test']),
    fc
      .tuple(fc.constantFrom('A', 'B'), fc.nat(9))
      .map(([name, value]) => [`env: ${name}=${value}`]),
    fc.tuple(fc.constantFrom('sequence:', 'execute: a'), tie('script')).map(nested),
    fc
      .tuple(
        fc.nat(2),
        fc.constantFrom('', 'sleep_time=3', 'sleep_time=1 backoff=exponential'),
        tie('script'),
      )
      .map(([count, how, below]) => nested([`retry: count=${count} ${how}`, below])),
    fc.tuple(tie('task'), tie('script')).map(([one, more]) => nested(['fork:', [...one, ...more]])),
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), tie('task'), tie('script'))
      .map(([size, one, more]) => nested([`parallel_fork: ${size}`, [...one, ...more]])),
  ),
}));
const script = lines.map((all) => all.map((line) => `${line}\n`).join(''));
const brokenScript = fc
  .tuple(lines, lines, fc.constantFrom('env: A', 'execute:', 'bogus:', 'fork:', 'retry: x'))
  .map(([before, after, line]) => [...before, line, ...after].map((each) => `${each}\n`).join(''));

function nested([head, below]: [string, Lines]): Lines {
  return [head, ...below.map((line) => `  ${line}`)];
}

/** The same answer to the same question, different ones for different seeds. */
function chance(seed: number, ...question: readonly (string | number)[]): number {
  let hash = seed ^ 0x811c9dc5;
  for (const char of question.join(' ')) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash ^ (hash >>> 13)) >>> 0;
}

const lastTry = 12;
const fateOf = (seed: number): Fate => ({
  succeeds: (place, attempt) => attempt >= lastTry || chance(seed, place, attempt) % 3 === 0,
  decision: (place, attempt) => (chance(seed, place, attempt, '?') % 2 === 0 ? 'retry' : 'skip'),
});

describe('a run', { timeout }, () => {
  it('runs each step as often, and with the same surroundings, as a plain reading of the script', () => {
    fc.assert(
      fc.property(script, fc.nat(), fc.nat(), (text, seed, order) => {
        const tree = treeOf(text);
        const run = new RandomRun(tree, seed, order);
        run.toItsEnd();
        expect(run.ran.toSorted()).toEqual(readPlainly(tree, { L: '1' }, fateOf(seed)));
        expect(run.status).toBe('success');
        // Every step was told once that it is over; the run once that it has finished.
        expect(run.told.filter((event) => event === 'finished')).toHaveLength(1);
      }),
      { numRuns },
    );
  });

  it('that is cancelled anywhere ends there: nothing is active, and all that runs is stopped', () => {
    fc.assert(
      fc.property(script, fc.nat(), fc.nat(), fc.nat(20), (text, seed, order, when) => {
        const run = new RandomRun(treeOf(text), seed, order);
        for (let count = 0; count < when && run.status !== 'success'; count += 1) run.once();
        if (run.status === 'success') return;
        const working = run.executing.size;
        run.happen('', { type: 'cancel', by: 'ann' });
        expect(run.status).toBe('canceled');
        expect(run.executing.size).toBe(0);
        expect(run.stopped).toBe(working);
        expect(run.told.filter((event) => event === 'cancellation')).toHaveLength(1);
      }),
      { numRuns },
    );
  });

  it('of a script that breaks on the way ends critically, told once, or has not come that far', () => {
    fc.assert(
      fc.property(brokenScript, fc.nat(), fc.nat(), (text, seed, order) => {
        const run = new RandomRun(treeOf(text), seed, order);
        run.toItsEnd();
        expect(run.status).toBe('canceled');
        expect(run.executing.size).toBe(0);
        expect(run.told.filter((event) => event === 'critical')).toHaveLength(1);
        expect(run.told).not.toContain('finished');
        expect(run.told).not.toContain('cancellation');
      }),
      { numRuns },
    );
  });

  it('takes any event at any token in any state, or refuses it and changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(script, brokenScript), fc.nat(), fc.nat(), (text, seed, order) => {
        const run = new RandomRun(treeOf(text), seed, order);
        for (let count = 0; count < 30; count += 1) {
          const key = run.pick([...run.threads.keys()]);
          const before = structuredClone(run.threads);
          const taken = run.offer(key, run.pick(anyEvents));
          expect(taken || isDeepStrictEqual(run.threads, before)).toBe(true);
        }
      }),
      { numRuns },
    );
  });
});

describe('the budget of a retry', { timeout }, () => {
  it('ends after count + 1 failures, however deep the step stands', () => {
    const around = fc.array(fc.constantFrom('sequence:', 'fork:', 'parallel_fork: 1', 'noop:'), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.nat(20), around, fc.nat(), (count, heads, order) => {
        const words = [`retry: count=${count}`, ...heads, 'execute: a'];
        const text = words.map((word, depth) => `${'  '.repeat(depth)}${word}\n`).join('');
        const never: Fate = { succeeds: () => false, decision: () => 'skip' };
        const run = new RandomRun(treeOf(text), 0, order, never);
        while (run.status === 'working') run.once();
        expect(run.status).toBe('error');
        expect(run.ran).toHaveLength(count + 1);
        expect(run.told).toEqual(['failure']);
      }),
      { numRuns },
    );
  });
});

describe('a final status', () => {
  it('leaves nothing legal', () => {
    fc.assert(
      fc.property(
        script,
        fc.constantFrom(...(['finished', 'critical', 'canceled'] as const)),
        fc.nat(),
        (text, status, which) => {
          const token: Token = { ...newborn({ env: {} }), status };
          const event = anyEvents[which % anyEvents.length];
          if (event === undefined) throw new Error('there is no event');
          expect(step(treeOf(text), token, event, plainFacts).status).toBe('illegal');
        },
      ),
    );
  });
});

const exited = (code: number): OuterEvent => ({
  type: 'exited',
  code,
  signal: null,
  timedOut: false,
});
const anyEvents: readonly OuterEvent[] = [
  { type: 'start' },
  exited(0),
  exited(0),
  exited(1),
  { type: 'lost', evidence: 'its host is gone.' },
  { type: 'woken' },
  { type: 'awaited', failed: null },
  { type: 'child_ended', outcome: 'success', child: 'x' },
  { type: 'maintained', done: true, report: 'x' },
  { type: 'retry', by: 'ann' },
  { type: 'skip', by: 'ann' },
  { type: 'cancel', by: 'ann' },
];

/** A run whose next event is any that can come now; the process ends and comes back in between. */
class RandomRun {
  threads = new Map<string, Thread>([
    ['', { token: newborn({ env: { L: '1' } }), openBranches: 0 }],
  ]);
  readonly ran: string[] = [];
  readonly told: string[] = [];
  readonly executing = new Set<string>();
  readonly sleeping = new Set<string>();
  readonly attempts = new Map<string, number>();
  stopped = 0;
  readonly #tree: Node;
  readonly #fate: Fate;
  #order: number;

  constructor(tree: Node, seed: number, order: number, fate: Fate = fateOf(seed)) {
    [this.#tree, this.#order, this.#fate] = [tree, order, fate];
    this.happen('', { type: 'start' });
  }

  get status(): 'working' | 'error' | 'success' | 'canceled' {
    const statuses = new Set(Array.from(this.threads.values(), ({ token }) => token.status));
    if (statuses.has('canceled') || statuses.has('critical')) return 'canceled';
    if (statuses.has('failure')) return 'error';
    return statuses.has('working') || statuses.has('waiting') ? 'working' : 'success';
  }

  pick<Item>(items: readonly Item[]): Item {
    this.#order = chance(this.#order, items.length);
    const item = items[this.#order % items.length];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  toItsEnd(): void {
    for (let count = 0; this.status === 'working' || this.status === 'error'; count += 1) {
      if (count > 20_000) throw new Error('it does not end');
      this.once();
    }
  }

  once(): void {
    const tokens = Array.from(this.threads.values(), ({ token }) => token);
    const ready = tokens.filter((token) => isActive(token.status) && !this.#forks(token));
    const token = this.pick(ready);
    this.happen(token.key, this.#nextOf(token));
  }

  /** What the world says next of a token. */
  #nextOf(token: Token): OuterEvent {
    const node = findNode(this.#tree, token.path);
    const place = this.#place(token);
    const attempt = this.attempts.get(place) ?? 0;
    const good = this.#fate.succeeds(place, attempt);
    if (token.status === 'failure') {
      return { type: this.#fate.decision(place, attempt), by: 'ann' };
    }
    if (token.status === 'working') {
      return this.sleeping.has(token.key) ? { type: 'woken' } : exited(good ? 0 : 1);
    }
    switch (node?.type ?? '') {
      case 'sleep':
        return { type: this.pick(['woken', 'skip'] as const), by: 'ann' };
      case 'wait':
        if (good) return { type: 'awaited', failed: null };
        return this.pick([{ type: 'woken' }, { type: 'awaited', failed: 'no.' }] as const);
      case 'kuroko_runner':
        return { type: 'maintained', done: good, report: 'x' };
      default:
        return { type: 'child_ended', outcome: good ? 'success' : 'canceled', child: 'x' };
    }
  }

  happen(key: string, event: OuterEvent): void {
    if (!this.offer(key, event)) throw new Error(`${event.type} has no place at ${key}`);
  }

  /** Whether it had a place. */
  offer(key: string, event: OuterEvent): boolean {
    const given = [...this.threads.values()];
    const advanced = advance(this.#tree, given, key, event, plainFacts);
    if (advanced.status === 'illegal') return false;
    for (const { token, openBranches, effects } of advanced.changes) {
      const known = this.threads.get(token.key)?.token;
      must(known === undefined || isActive(known.status), 'a final token moved');
      this.threads.set(token.key, { token, openBranches });
      this.sleeping.delete(token.key);
      if (event.type !== 'cancel' && token.key === key) this.executing.delete(key);
      for (const effect of effects) this.#take(token, effect);
    }
    // All that outlives a process is what can be written down.
    this.threads = new Map(JSON.parse(JSON.stringify([...this.threads])) as [string, Thread][]);
    this.#keepsItsRules();
    return true;
  }

  #take(token: Token, effect: OuterEffect): void {
    switch (effect.type) {
      case 'execute': {
        must(!this.executing.has(token.key), 'a token executes twice');
        this.executing.add(token.key);
        const { env, queue, timeoutSeconds } = effect;
        this.#note(token, { type: 'execute', env, queue, timeout: timeoutSeconds });
        break;
      }
      case 'await':
      case 'launch_child':
      case 'maintain':
        this.#note(token, { type: effect.type, env: {}, queue: '', timeout: null });
        break;
      case 'wake':
        this.sleeping.add(token.key);
        break;
      case 'stop':
        if (this.executing.delete(token.key)) this.stopped += 1;
        break;
      case 'notify':
        this.told.push(effect.event);
        break;
      case 'log':
      case 'cancel_child':
        break;
    }
  }

  #note(token: Token, run: Omit<Parameters<typeof describeRun>[0], 'place'>): void {
    const place = this.#place(token);
    this.attempts.set(place, (this.attempts.get(place) ?? 0) + 1);
    this.ran.push(describeRun({ place, ...run }));
  }

  #place({ key, path }: Token): string {
    return key.replaceAll(/\/\d+\./g, '/') + path;
  }

  #forks({ status, path }: Token): boolean {
    const type = findNode(this.#tree, path)?.type ?? '';
    return status === 'waiting' && ['fork', 'parallel_fork'].includes(type);
  }

  #keepsItsRules(): void {
    const open = new Map<string, number>();
    for (const { token } of this.threads.values()) {
      const parent = parentKey(token.key);
      if (token.key !== '' && token.status !== 'finished') {
        open.set(parent, (open.get(parent) ?? 0) + 1);
      }
    }
    for (const { token, openBranches } of this.threads.values()) {
      must(openBranches === (open.get(token.key) ?? 0), 'a join was miscounted');
      const executes = this.executing.has(token.key);
      const sleeps = this.sleeping.has(token.key);
      must(token.status !== 'working' || executes !== sleeps, 'a working token does not work');
      must(token.status === 'working' || !executes, 'a token executes that does not work');
      must(isActive(token.status) || !sleeps, 'a final token would be woken');
      must(!this.#forks(token) || openBranches > 0, 'a fork waits for nobody');
    }
    if (this.status === 'success' || this.status === 'canceled') {
      const tokens = [...this.threads.values()];
      must(!tokens.some(({ token }) => isActive(token.status)), 'an ended run goes on');
    }
  }
}

/** As `expect`, at a hundredth of its cost: it is asked a million times. */
function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
