/** What is known of a command of which no result will come, in a sentence for the operator. */
import type { EndedCommand, LastWordsOfCommand } from '../processes/commands.ts';

/**
 * `words` of the guardian that ran it, or of the one that came after; null when neither is known.
 * Says whether the process group is proven to be empty: only then is a Retry without risk.
 */
export function lostEvidence(
  words: LastWordsOfCommand | EndedCommand | null,
  host: string,
): string {
  if (words === null) return `what became of its processes on ${host} is unknown.`;
  const at = new Date('at' in words ? words.at : words.endedAt).toISOString().slice(11, 19);
  const seen =
    'seenBy' in words && words.seenBy !== 'itself'
      ? 'when Kuroko started again'
      : 'as Kuroko ended';
  return words.groupEmpty
    ? `it was stopped ${seen}; its process group on ${host} is empty since ${at} UTC.`
    : `it was stopped ${seen}, but processes of it may still run on ${host}.`;
}
