/** What can follow `workers`: nothing, or what is to be done to a worker or an executor. */
import { parsePlace, type PlaceRef } from '../operations/find-place.ts';
import type { Word } from './split-words.ts';

export type WorkersCommand =
  | { readonly verb: 'workers' }
  | {
      readonly verb: 'suspend-worker' | 'resume-worker';
      readonly place: PlaceRef;
      readonly number: number;
    }
  | { readonly verb: 'drain' | 'undrain'; readonly place: PlaceRef }
  | { readonly verb: 'malformed'; readonly problem: string };

/** `suspend|resume HOST[:QUEUE] NUMBER`, `drain|undrain HOST[:QUEUE]`. */
export function workersCommand(words: readonly Word[]): WorkersCommand {
  const [deed, host, number, extra] = words.map(({ text }) => text);
  if (deed === undefined) return { verb: 'workers' };
  switch (deed.toLowerCase()) {
    case 'suspend':
    case 'resume': {
      const digits = /^#?(\d{1,6})$/.exec(number ?? '')?.[1];
      if (host === undefined || digits === undefined || extra !== undefined) break;
      const verb = deed.toLowerCase() === 'suspend' ? 'suspend-worker' : 'resume-worker';
      return { verb, place: parsePlace(host), number: Number(digits) };
    }
    case 'drain':
    case 'undrain': {
      if (host === undefined || number !== undefined) break;
      const verb = deed.toLowerCase() === 'drain' ? 'drain' : 'undrain';
      return { verb, place: parsePlace(host) };
    }
  }
  return {
    verb: 'malformed',
    problem:
      'Say `workers`, `workers suspend HOST NUMBER`, `workers resume HOST NUMBER`, `workers drain HOST` or `workers undrain HOST`. A host with several executors is HOST:QUEUE.',
  };
}
