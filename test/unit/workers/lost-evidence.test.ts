import { describe, expect, it } from 'vitest';
import {
  lostEvidence,
  neverStarted,
  unreachable,
  wasCutOff,
} from '../../../src/workers/lost-evidence.ts';
import type { EndedCommand, LastWordsOfCommand } from '../../../src/processes/commands.ts';

const at = new Date('2026-07-30T02:04:41.500Z');

const ended = (fields: Partial<EndedCommand>): EndedCommand => ({
  status: 'ended',
  id: 1,
  pid: 2,
  code: null,
  signal: 'SIGTERM',
  endedBy: 'stop',
  groupEmpty: true,
  leftovers: [],
  startedAt: 0,
  endedAt: at.getTime(),
  outputSize: 0,
  output: null,
  peakMemory: null,
  ...fields,
});

const words = (fields: Partial<LastWordsOfCommand>): LastWordsOfCommand => ({
  epoch: 'e',
  id: 1,
  seenBy: 'itself',
  code: null,
  signal: null,
  endedBy: 'guardian',
  groupEmpty: true,
  startedAt: 0,
  endedAt: 1,
  at: at.getTime(),
  outputSize: 0,
  outputTail: Buffer.alloc(0),
  ...fields,
});

describe('a group that is empty is proven to be', () => {
  it.each([
    ['stopped', ended({}), 'it was stopped'],
    ['stopped at its limit', ended({ endedBy: 'limit' }), 'it was stopped at its time limit'],
    ['ended well', ended({ endedBy: 'itself', code: 0, signal: null }), 'it had ended (exit 0)'],
    ['killed', ended({ endedBy: 'itself', signal: 'SIGKILL' }), 'it had ended (signal SIGKILL)'],
    ['stopped with Kuroko', words({}), 'it was stopped as Kuroko ended'],
    ['found by the next', words({ seenBy: 'next' }), 'it was stopped when Kuroko started again'],
    ['gone', words({ seenBy: 'none' }), 'nothing of it was left when Kuroko started again'],
  ])('%s', (_, known, how) => {
    expect(lostEvidence(known, 'batch-1')).toEqual({
      evidence: `group empty at 02:04:41 UTC, seen by batch-1: ${how}.`,
      groupEmptyAt: at,
    });
  });

  it('never started', () => {
    const evidence = 'group empty at 02:04:41 UTC, seen by batch-1: it was never started.';
    expect(neverStarted(at, 'batch-1')).toEqual({ evidence, groupEmptyAt: at });
  });
});

describe('nothing is proven', () => {
  it('of a group of which something is left', () => {
    expect(lostEvidence(ended({ groupEmpty: false }), 'batch-1')).toEqual({
      evidence: 'it was stopped, but processes of it may still run on batch-1.',
      groupEmptyAt: null,
    });
  });

  it('when nobody knows, and only of a host that cannot be asked is it said so', () => {
    const unknown = lostEvidence(null, 'batch-1');
    expect(unknown.groupEmptyAt).toBeNull();
    expect(wasCutOff(unknown.evidence)).toBe(false);
    const silent = unreachable('batch-1', at);
    expect(silent).toEqual({
      evidence: 'unknown: host batch-1 unreachable since 02:04:41 UTC.',
      groupEmptyAt: null,
    });
    expect(wasCutOff(silent.evidence)).toBe(true);
  });
});
