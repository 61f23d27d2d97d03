import { describe, expect, it } from 'vitest';
import { createFrontier } from '../../../src/workers/frontier.ts';

function looking() {
  let ms = 0;
  const frontier = createFrontier(() => ms);
  return {
    /** Where it looks, given what it finds there. */
    look: (found: number | null): number => {
      const from = frontier.from();
      frontier.found(found, from);
      return from;
    },
    /** Where it would look. */
    from: () => frontier.from(),
    reset: () => frontier.reset(),
    wait: (more: number) => void (ms += more),
  };
}

describe('the next pending execution', () => {
  it('is looked for from the last on, once one was taken after the other', () => {
    const { look } = looking();
    expect([look(10), look(11), look(12), look(15)]).toEqual([0, 0, 11, 12]);
  });

  it('is looked for everywhere after a look in vain, and after something may have been given back', () => {
    const { look, reset } = looking();
    expect([look(10), look(11), look(null), look(3), look(4), look(5)]).toEqual([
      0, 0, 11, 0, 0, 4,
    ]);
    reset();
    expect(look(2)).toBe(0);
  });

  it('is looked for from where the look began that knows least, when several are under way', () => {
    const frontier = createFrontier(() => 0);
    for (const id of [130, 131, 137]) frontier.found(id, frontier.from());
    expect(frontier.from()).toBe(137);
    frontier.found(5, 0);
    frontier.found(138, 137);
    expect(frontier.from()).toBe(5);
    frontier.found(8, 5);
    frontier.found(7, 5);
    expect(frontier.from()).toBe(8);
    frontier.found(null, 8);
    frontier.found(139, 138);
    frontier.found(140, 139);
    expect(frontier.from()).toBe(0);
  });

  it('is looked for everywhere once a second, however many are taken', () => {
    const { look, wait } = looking();
    const froms = Array.from({ length: 40 }, (_, id) => {
      wait(100);
      return look(id + 1);
    });
    expect(froms.flatMap((from, index) => (from === 0 ? [index] : []))).toEqual([0, 1, 11, 21, 31]);
  });

  it('is looked for everywhere until somebody has, however often the place is asked for', () => {
    const { look, from, wait } = looking();
    expect([look(10), look(11), look(12)]).toEqual([0, 0, 11]);
    wait(1_000);
    expect([from(), from(), look(13), look(14)]).toEqual([0, 0, 0, 13]);
  });
});
