/** What one guardian writes and the next one reads. */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JournalRecord, openJournal } from '../../../src/guardian/journal.ts';
import { findLastWords, lastWordsOfFound } from '../../../src/guardian/last-words.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const now = Date.now();
const week = 7 * 24 * 3600 * 1000;

function epoch(name: string, closedAt: number | null): JournalRecord[] {
  const words = { ...lastWordsOfFound(name, 1, true), outputTail: 'eA==' };
  return [
    { type: 'epoch', epoch: name, bootId: 'boot', at: now - 2 * week, cgroup: null },
    {
      type: 'service',
      epoch: name,
      name: 'db',
      pid: 2,
      pidStart: 3,
      stopSignal: 'SIGINT',
      stopTimeoutMs: 4,
    },
    { type: 'lastWords', words },
    ...(closedAt === null ? [] : [{ type: 'closed' as const, epoch: name, at: closedAt }]),
  ];
}

describe('the journal', () => {
  it('is read as it was written, also by the next one', () => {
    const file = path.join(temporaryFolder(), 'journal');
    const records = epoch('open', null);
    const journal = openJournal(file);
    journal.append(...records);
    expect(journal.records()).toEqual(records);
    expect(openJournal(file).records()).toEqual(records);
  });

  it('forgets guardians a week after nothing of them was left, and services of those at once', () => {
    const file = path.join(temporaryFolder(), 'journal');
    openJournal(file).append(
      ...epoch('old', now - week - 1000),
      ...epoch('young', now - 1000),
      ...epoch('open', null),
    );
    const kept = openJournal(file).records();
    const [started, , words, closed] = epoch('young', now - 1000);
    expect(kept.slice(0, 3).map(({ type }) => type)).toEqual(['epoch', 'lastWords', 'closed']);
    expect([kept[0], kept[2]]).toEqual([started, closed]);
    expect(words?.type).toBe('lastWords');
    expect(kept.slice(3).map(({ type }) => type)).toEqual(['epoch', 'service', 'lastWords']);
  });

  it('never grows beyond 16 MB of last words, and keeps the latest', () => {
    const file = path.join(temporaryFolder(), 'journal');
    const tail = 'x'.repeat(80 * 1024);
    const words = Array.from({ length: 300 }, (_, id) => ({
      type: 'lastWords' as const,
      words: { ...lastWordsOfFound('full', id, true), outputTail: tail },
    }));
    openJournal(file).append(...words, { type: 'closed', epoch: 'full', at: now });
    const journal = openJournal(file);
    expect(readFileSync(file).length).toBeLessThan(17 * 1024 * 1024);
    expect(findLastWords(journal.records(), 299, 'full')?.outputTail).toBe(tail);
    expect(findLastWords(journal.records(), 0, 'full')).toMatchObject({ seenBy: 'none', at: now });
  });

  it('reads past a line that is none', () => {
    const file = path.join(temporaryFolder(), 'journal');
    const [first, ...others] = epoch('open', null).map((record) => JSON.stringify(record));
    writeFileSync(file, `${first}\n{"type":"las\n${others.join('\n')}`);
    expect(openJournal(file).records()).toHaveLength(3);
  });
});

describe('last words', () => {
  it('are found by id and epoch, or the latest by id alone', () => {
    const said = (name: string, at: number): JournalRecord => ({
      type: 'lastWords',
      words: { ...lastWordsOfFound(name, 1, true), at },
    });
    const records = [said('a', 1), said('b', 2)];
    expect(findLastWords(records, 1, 'a')?.at).toBe(1);
    expect(findLastWords(records, 1, null)?.at).toBe(2);
    expect(findLastWords(records, 2, 'a')).toBeNull();
  });

  it('are never made up for a guardian of which something may be left', () => {
    expect(findLastWords(epoch('open', null), 2, 'open')).toBeNull();
    expect(findLastWords(epoch('closed', now), 2, 'closed')).toMatchObject({
      seenBy: 'none',
      groupEmpty: true,
      at: now,
    });
  });
});
