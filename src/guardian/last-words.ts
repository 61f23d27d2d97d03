/** What is left to say of an execution when its guardian, or a former one, has ended. */
import type { Command } from './command.ts';
import type { JournalRecord } from './journal.ts';
import type { LastWords } from './protocol.ts';

const TAIL = 64 * 1024;

/** Of a command whose result was not acknowledged: it must not be lost with the guardian. */
export function lastWordsOf({ id, ended, spool }: Command, epoch: string): LastWords | null {
  if (!ended) return null;
  return {
    epoch,
    id,
    seenBy: 'itself',
    code: ended.code,
    signal: ended.signal,
    endedBy: ended.endedBy,
    groupEmpty: ended.groupEmpty,
    startedAt: ended.startedAt,
    endedAt: ended.endedAt,
    at: Date.now(),
    outputSize: ended.outputSize,
    outputTail: spool.read(Math.max(0, spool.size() - TAIL), TAIL).data.toString('base64'),
  };
}

/** Of a command that a former guardian left running. */
export function lastWordsOfFound(epoch: string, id: number, groupEmpty: boolean): LastWords {
  return { ...nothingSeen(epoch, id, Date.now()), seenBy: 'next', endedBy: 'guardian', groupEmpty };
}

/** @param epoch null for the latest that knew the id */
export function findLastWords(
  records: readonly JournalRecord[],
  id: number,
  epoch: string | null,
): LastWords | null {
  const latest = records.toReversed();
  for (const record of latest) {
    if (record.type !== 'lastWords') continue;
    if (record.words.id === id && (epoch === null || record.words.epoch === epoch))
      return record.words;
  }
  for (const record of latest) {
    if (record.type === 'closed' && record.epoch === epoch)
      return nothingSeen(epoch, id, record.at);
  }
  return null;
}

/** The guardian said nothing of it, and nothing of the guardian was left at that moment. */
function nothingSeen(epoch: string, id: number, at: number): LastWords {
  return {
    epoch,
    id,
    seenBy: 'none',
    code: null,
    signal: null,
    endedBy: 'unknown',
    groupEmpty: true,
    startedAt: null,
    endedAt: null,
    at,
    outputSize: 0,
    outputTail: '',
  };
}
