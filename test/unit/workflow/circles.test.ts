/** Definitions that lead to one another, and to themselves. */
import { describe, expect, it } from 'vitest';
import { circles, type Related } from '../../../src/workflow/circles.ts';
import { read } from '../../../src/workflow/parse.ts';
import { describeScriptError } from '../../../src/workflow/script-error.ts';

const definition = (id: number | null, name: string, script: string): Related => ({
  id,
  name,
  tree: read(script).tree,
});

/** What is said of each, in their order. */
function told(...all: readonly Related[]): string[][] {
  const closing = circles(all);
  return all.map((one) => closing(one).map((warning) => describeScriptError(warning)));
}

describe('a definition that', () => {
  it('waits for itself, or launches itself, is told where', () => {
    expect(told(definition(7, 'a', 'noop:\n  wait: 7/daily 8/daily 7/hourly'))).toEqual([
      [
        '(line 2) `wait: 7/daily 8/daily 7/hourly` waits for its own job. It goes on only after another instance has finished without it.',
      ],
    ]);
    const itself = definition(null, 'Again', 'sub_process: again\nsubprocess: Again');
    expect(told(itself)[0]).toEqual([
      '(line 1) `sub_process: again` launches its own job. Each instance would launch another, and none would end.',
      '(line 2) `subprocess: Again` launches its own job. Each instance would launch another, and none would end.',
    ]);
  });

  it('is not among those given is told nothing', () => {
    const others = [definition(1, 'a', 'sub_process: b'), definition(2, 'b', 'sub_process: a')];
    expect(circles(others)(definition(3, 'c', 'sub_process: 3'))).toEqual([]);
  });

  it('closes a circle is told which, whatever it is made of', () => {
    const [a, b, c, d] = told(
      definition(1, 'a', 'sub_process: b'),
      definition(2, 'b', 'wait: 3/daily'),
      definition(3, 'c', 'fork:\n  noop:\n  sub_process: 1'),
      definition(4, 'd', 'wait: 1/daily'),
    );
    const why = 'Each needs the next one to finish first.';
    expect(a).toEqual([
      `(line 1) \`sub_process: b\` closes a circle: 1 a -> 2 b -> 3 c -> 1 a. ${why}`,
    ]);
    expect(b).toEqual([
      `(line 1) \`wait: 3/daily\` closes a circle: 2 b -> 3 c -> 1 a -> 2 b. ${why}`,
    ]);
    expect(c?.[0]).toMatch(
      /^\(line 3\) `sub_process: 1` closes a circle: 3 c -> 1 a -> 2 b -> 3 c/,
    );
    // It leads to the circle, but is none of it.
    expect(d).toEqual([]);
  });

  it('leads nowhere, or to what nobody knows, is told nothing', () => {
    expect(
      told(
        definition(1, 'a', 'wait: 2/daily\nsub_process: 2\nsub_process: nobody\nwait: 99/daily'),
        definition(2, 'b', 'execute: ls\nwait: nonsense\nsub_process:'),
      ),
    ).toEqual([[], []]);
  });

  it('is one of very many is shown a few of them', () => {
    const chain = Array.from({ length: 3_000 }, (_, at) =>
      definition(at, `j${at}`, `sub_process: ${(at + 1) % 3_000}`),
    );
    const [first] = chain;
    const start = performance.now();
    const said = first === undefined ? [] : circles(chain)(first);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(said.map(({ message }) => message)).toEqual([
      '`sub_process: 1` closes a circle: 0 j0 -> 1 j1 -> 2 j2 -> 3 j3 -> 4 j4 -> 5 j5 -> … -> 0 j0.',
    ]);
  });
});
