/** What holds for every run, against an interpreter that is too simple to be wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, ExecuteEffect } from '../../../src/workflow/effect.ts';
import type { TokenEvent } from '../../../src/workflow/facts.ts';
import type { Node } from '../../../src/workflow/node.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { step } from '../../../src/workflow/step.ts';
import type { Token } from '../../../src/workflow/token.ts';

/** Scripts of what this version executes, with a wrong option now and then. */
const line = fc.oneof(
  { weight: 4, arbitrary: fc.nat(99).map((number) => `execute: run ${number}`) },
  fc.constantFrom(
    'noop:',
    'sequence:',
    'echo: hi',
    'queue:',
    'queue: batch',
    'timeout: 2h',
    'timeout: 0',
  ),
  fc.tuple(fc.constantFrom('A', 'B'), fc.nat(9)).map(([name, value]) => `env: ${name}=${value}`),
);
const broken = fc.constantFrom('env: A', 'execute:', 'fork:', 'timeout: x', 'bogus:');
const scriptOf = (lines: typeof line): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(2), lines), { maxLength: 12 })
    .map((list) => {
      let depth = 0;
      return list.map(([deeper, text], index) => {
        depth = index === 0 ? 0 : Math.min(depth + 1, deeper);
        return `${'  '.repeat(depth)}${text}\n`;
      });
    })
    .map((lines_) => lines_.join(''));

const event: fc.Arbitrary<TokenEvent> = fc.oneof(
  fc.constant<TokenEvent>({ type: 'start' }),
  fc.record({
    type: fc.constant('exited' as const),
    code: fc.constantFrom(0, 0, 0, 1, 127, null),
    signal: fc.constantFrom(null, 'TERM', 'SIGKILL'),
    timedOut: fc.boolean(),
  }),
  fc.record({ type: fc.constant('lost' as const), evidence: fc.string() }),
  fc.record({ type: fc.constantFrom('retry' as const, 'skip' as const), by: fc.string() }),
  { weight: 1, arbitrary: fc.constant<TokenEvent>({ type: 'cancel', by: 'ann' }) },
);

const newborn: Token = { path: '', status: 'working', attempt: 0, context: { env: {} } };
const final = new Set(['finished', 'critical', 'canceled']);

describe('any sequence of events', { timeout: 60_000 }, () => {
  it('keeps the rules of a token', () => {
    const anyScript = scriptOf(fc.oneof({ weight: 9, arbitrary: line }, broken));
    fc.assert(
      fc.property(
        anyScript,
        fc.array(event, { maxLength: 30 }),
        fc.string(),
        (script, list, tail) => {
          const tree = treeOf(script);
          let token = newborn;
          for (const next of [{ type: 'start' } as const, ...list]) {
            const before = structuredClone(token);
            const stepped = step(tree, token, next, { outputTail: tail });
            expect(token).toEqual(before);
            if (stepped.status === 'illegal') continue;
            expect(final).not.toContain(before.status);
            checkRules(before, stepped.token, stepped.effects);
            token = stepped.token;
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds nothing legal after a final status', () => {
    fc.assert(
      fc.property(scriptOf(line), event, fc.constantFrom(...final), (script, next, status) => {
        const token = { ...newborn, status } as Token;
        expect(step(treeOf(script), token, next, { outputTail: '' }).status).toBe('illegal');
      }),
    );
  });
});

/** What each leaf does when it is tried: how often it fails, and what the operator then decides. */
const fates = fc.array(
  fc.record({ failures: fc.nat(3), end: fc.constantFrom('exit 0' as const, 'skip' as const) }),
  { minLength: 12, maxLength: 12 },
);

describe('a run with failures, retries and skips', { timeout: 60_000 }, () => {
  it('runs each command as often, in the order and with the environment of a plain reading', () => {
    fc.assert(
      fc.property(scriptOf(line), fates, (script, fate) => {
        const tree = treeOf(script);
        expect(runByStep(tree, fate)).toEqual(runPlainly(tree, fate));
      }),
      { numRuns: 500 },
    );
  });
});

type Fate = readonly { readonly failures: number; readonly end: 'exit 0' | 'skip' }[];
type Run = Pick<ExecuteEffect, 'shell' | 'env' | 'queue' | 'timeoutSeconds'>;

/** Line by line, as a person would read the script: this is the whole of it. */
function runPlainly(tree: Node, fate: Fate): Run[] {
  const runs: Run[] = [];
  let env = {};
  let queue = '@default';
  let timeoutSeconds: number | null = null;
  let leaf = 0;
  const read = (node: Node): void => {
    const option = node.option ?? '';
    const [name = '', value] = option.split('=');
    if (node.type === 'env') env = { ...env, [name]: value };
    if (node.type === 'queue') queue = option === '' ? '@default' : option;
    if (node.type === 'timeout') timeoutSeconds = option === '2h' ? 7200 : null;
    if (node.type === 'execute') {
      const { failures, end } = fate[leaf] ?? { failures: 0, end: 'exit 0' };
      leaf += 1;
      // Skipped after its last failure, or succeeding once more.
      const times = end === 'skip' && failures > 0 ? failures : failures + 1;
      for (let time = 0; time < times; time += 1) {
        runs.push({ shell: option, env, queue, timeoutSeconds });
      }
    }
    node.children.forEach(read);
  };
  read(tree);
  return runs;
}

function runByStep(tree: Node, fate: Fate): Run[] {
  const runs: Run[] = [];
  let leaf = -1;
  let failed = 0;
  let at = '';
  let token = newborn;
  let next: TokenEvent = { type: 'start' };
  for (;;) {
    const stepped = step(tree, token, next, { outputTail: '' });
    if (stepped.status === 'illegal') throw new Error(stepped.reason);
    token = stepped.token;
    for (const effect of stepped.effects) if (effect.type === 'execute') runs.push(asRun(effect));
    if (token.status === 'finished') return runs;
    if (token.path !== at) [leaf, failed, at] = [leaf + 1, 0, token.path];
    const { failures, end } = fate[leaf] ?? { failures: 0, end: 'exit 0' };
    if (token.status === 'failure') {
      failed += 1;
      next = { type: failed === failures && end === 'skip' ? 'skip' : 'retry', by: 'ann' };
    } else {
      next = { type: 'exited', code: failed < failures ? 1 : 0, signal: null, timedOut: false };
    }
  }
}

function asRun({ shell, env, queue, timeoutSeconds }: ExecuteEffect): Run {
  return { shell, env, queue, timeoutSeconds };
}

function checkRules(before: Token, after: Token, effects: readonly Effect[]): void {
  const count = (type: Effect['type']): number =>
    effects.filter((effect) => effect.type === type).length;
  const told = effects.flatMap((effect) => (effect.type === 'notify' ? [effect.event] : []));
  // The attempt grows by one on entering failure, and never else.
  expect(after.attempt - before.attempt).toBe(after.status === 'failure' ? 1 : 0);
  // A working token has asked for exactly one execution, any other for none.
  expect(count('execute')).toBe(after.status === 'working' ? 1 : 0);
  // Who ends a token from outside stops what it may be running.
  expect(count('stop')).toBe(
    after.status === 'critical' || (after.status === 'canceled' && before.status === 'working')
      ? 1
      : 0,
  );
  // Each end is told once, and only when it came.
  expect(told.filter((each) => each === 'finished')).toHaveLength(
    after.status === 'finished' ? 1 : 0,
  );
  expect(told.filter((each) => each === 'failure')).toHaveLength(
    after.status === 'failure' ? 1 : 0,
  );
  expect(told.filter((each) => each === 'critical')).toHaveLength(
    after.status === 'critical' ? 1 : 0,
  );
  expect(told.filter((each) => each === 'cancellation')).toHaveLength(
    after.status === 'canceled' ? 1 : 0,
  );
  expect(after.path === '').toBe(after.status === 'finished');
  // What the launch gave is never lost on the way.
  expect(Object.keys(after.context.env)).toEqual(
    expect.arrayContaining(Object.keys(before.context.env)),
  );
}

function treeOf(script: string): Node {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(`${script}\n${JSON.stringify(parsed.errors)}`);
  return parsed.tree;
}
