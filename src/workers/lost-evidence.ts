/** What is known of a command of which no result will come: a sentence, and the proof if there is one. */
import type { Evidence } from '../operations/lose.ts';
import type { EndedCommand, LastWordsOfCommand } from '../processes/commands.ts';

/** `words` of the guardian that ran it, or of the one that came after; null when neither is known. */
export function lostEvidence(
  words: LastWordsOfCommand | EndedCommand | null,
  host: string,
): Evidence {
  if (words === null) {
    return { evidence: `unknown: ${host} does not know what became of it.`, groupEmptyAt: null };
  }
  const how = howItEnded(words);
  const at = new Date('at' in words ? words.at : words.endedAt);
  return words.groupEmpty
    ? proven(at, host, how)
    : { evidence: `${how}, but processes of it may still run on ${host}.`, groupEmptyAt: null };
}

/** It was claimed, and the guardian that should have run it has never heard of it. */
export const neverStarted = (at: Date, host: string): Evidence =>
  proven(at, host, 'it was never started');

/** Nobody can be asked: the host has not been heard of since. */
export function unreachable(host: string, since: Date): Evidence {
  return {
    evidence: `${hostUnknown} ${host} unreachable since ${time(since)}.`,
    groupEmptyAt: null,
  };
}

/** Whether somebody else wrote it off: then nothing that its own host found out is in the books. */
export const wasCutOff = (evidence: string): boolean => evidence.startsWith(hostUnknown);

const hostUnknown = 'unknown: host';

const proven = (at: Date, host: string, how: string): Evidence => ({
  evidence: `group empty at ${time(at)}, seen by ${host}: ${how}.`,
  groupEmptyAt: at,
});

const time = (at: Date): string => `${at.toISOString().slice(11, 19)} UTC`;

function howItEnded(words: LastWordsOfCommand | EndedCommand): string {
  const seenBy = 'seenBy' in words ? words.seenBy : 'itself';
  if (seenBy === 'none') return 'nothing of it was left when Kuroko started again';
  if (seenBy === 'next') return 'it was stopped when Kuroko started again';
  switch (words.endedBy) {
    case 'itself':
      return `it had ended (${words.code === null ? `signal ${words.signal ?? 'unknown'}` : `exit ${words.code}`})`;
    case 'limit':
      return 'it was stopped at its time limit';
    case 'stop':
      return 'it was stopped';
    case 'guardian':
    case 'unknown':
      return 'it was stopped as Kuroko ended';
  }
}
