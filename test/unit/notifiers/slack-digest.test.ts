import { expect, it } from 'vitest';
import { planDigest as planned } from '../../../src/notifiers/slack-digest.ts';
import type { WaitingNotice } from '../../../src/store/digests.ts';

const planDigest = (notices: readonly WaitingNotice[]) => planned(notices).map(({ id }) => id);
const notice = (id: number, more: Partial<WaitingNotice> = {}): WaitingNotice => ({
  id,
  event: 'finished',
  by: null,
  bySystem: false,
  createdAt: new Date(0),
  instanceId: id,
  definitionId: 1,
  status: 'success',
  preventedBy: null,
  afterFailure: false,
  notifyAllEvents: true,
  notifyCancellation: true,
  wanted: '#alerts',
  ...more,
});
const many = (count: number, of: (id: number) => Partial<WaitingNotice> = () => ({})) =>
  Array.from({ length: count }, (_, index) => notice(index + 1, of(index + 1)));

it('tells a few runs one by one, and many in one message', () => {
  expect(planDigest(many(19))).toEqual([]);
  expect(planDigest(many(20))).toHaveLength(20);
});

it('counts runs, and not notices; those of which nothing has to be told count for nothing', () => {
  expect(planDigest(many(40, (id) => ({ instanceId: Math.ceil(id / 4) })))).toEqual([]);
  expect(planDigest(many(40, () => ({ notifyAllEvents: false })))).toEqual([]);
  const silent = many(40, (id) => ({ notifyAllEvents: id > 20 }));
  expect(planDigest(silent), 'but they go with the others').toHaveLength(40);
});

it('leaves ten that wait for somebody a message of their own, of each job one before the second of any', () => {
  const failed = many(30, (id) => ({
    event: 'failure',
    status: 'error',
    definitionId: id <= 20 ? 1 : id,
  }));
  const told = new Set(planDigest([...failed, notice(31)]));
  expect(failed.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([1, ...range(21, 29)]);
  const alike = many(30, () => ({ event: 'failure', status: 'error' }));
  expect(planDigest(alike)).toEqual(range(11, 30));
});

it('takes all that was written of a run, or nothing of it', () => {
  const runs = many(25, (id) => ({ status: id <= 12 ? 'error' : 'success', event: 'failure' }));
  const launches = runs.map((run) => ({ ...run, id: run.id + 100, event: 'launch' as const }));
  const ids = new Set(planDigest([...runs, ...launches]));
  for (const { id } of runs) expect(ids.has(id)).toBe(ids.has(id + 100));
  expect(ids.size).toBe(30);
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
