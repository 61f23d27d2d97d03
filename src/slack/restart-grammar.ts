/** What can follow `restart`: nothing, or which executor. */
import { parsePlace, type PlaceRef } from '../operations/find-place.ts';
import type { Word } from './split-words.ts';

export type RestartCommand =
  /** Null: all are offered. */
  | { readonly verb: 'restart'; readonly place: PlaceRef | null }
  | { readonly verb: 'malformed'; readonly problem: string };

export function restartCommand(words: readonly Word[]): RestartCommand {
  const [place, extra] = words;
  if (extra !== undefined) {
    return {
      verb: 'malformed',
      problem:
        'Say `restart`, `restart HOST` or `restart HOST:QUEUE`. Trying a run again is `retry 12`.',
    };
  }
  return { verb: 'restart', place: place === undefined ? null : parsePlace(place.text) };
}
