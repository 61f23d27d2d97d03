/** When the memory of a command is looked at. */

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { untilNextSample } from '../../../src/guardian/memory.ts';
import { readPageSize } from '../../../src/guardian/page-size.ts';

describe('samples of memory', () => {
  it("follow one another at Kuroko2's intervals, in the end every half hour", () => {
    const seconds = Array.from({ length: 51 }, (_, count) => untilNextSample(count) / 1000);
    expect(seconds.slice(0, 8)).toEqual([1, 1, 4, 9, 16, 25, 36, 49]);
    expect(seconds.slice(41)).toEqual([1681, 1764, ...Array<number>(8).fill(1800)]);
  });
});

describe('the size of a page', () => {
  it('is what the system says it is', () => {
    expect(readPageSize()).toBe(
      Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })),
    );
  });
});
