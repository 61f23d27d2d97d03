import { describe, expect, it } from 'vitest';
import { findMembers } from '../../../src/guardian/find-members.ts';
import type { ProcessEntry } from '../../../src/guardian/process-table.ts';

const entry = (pid: number, more: Partial<ProcessEntry> = {}): ProcessEntry => ({
  pid,
  parent: 1,
  group: pid,
  session: pid,
  start: 500,
  zombie: false,
  memory: 0,
  ...more,
});

/** Pids no process of this machine has: nothing can be read of their environment. */
const [leader, child] = [2 ** 30, 2 ** 30 + 1];

/** The pids found of a command whose first process was `leader`. */
function found(start: number, ...present: ProcessEntry[]): number[] {
  const target = { marker: 'KUROKO_EXECUTION=e:1', groups: [{ id: leader, start }] };
  const members = findMembers([{ target, seen: new Map() }], new Map(), () => present);
  return (members.get(target) ?? []).map(({ pid }) => pid);
}

describe("a command's processes", () => {
  const left = entry(child, { group: leader, session: leader });

  it('are those of its group, with its first one and without', () => {
    expect(found(500, entry(leader), left)).toEqual([leader, child]);
    expect(found(500, left)).toEqual([child]);
  });

  it('are those of its group when nobody had asked when the first one started, before it was gone', () => {
    expect(found(0, left)).toEqual([child]);
  });

  it('are none once its number was given away again', () => {
    expect(found(500, entry(leader, { start: 900 }))).toEqual([]);
    expect(found(0, entry(leader, { start: 900 }), { ...left, start: 901 })).toEqual([]);
  });
});
