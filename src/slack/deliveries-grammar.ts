/** What can follow `deliveries`: a run or a job, and `dead`. */
import type { Word } from './split-words.ts';

export type DeliveriesCommand =
  | {
      readonly verb: 'deliveries';
      readonly instanceId: number | null;
      readonly job: string | null;
      readonly dead: boolean;
    }
  | { readonly verb: 'malformed'; readonly problem: string };

/** A number is a run; a job is named, or `job:12`. */
export function deliveriesCommand(words: readonly Word[]): DeliveriesCommand {
  const isDead = ({ text, quoted }: Word) => !quoted && text.toLowerCase() === 'dead';
  const dead = words.some(isDead);
  const [about, extra] = words.filter((word) => !isDead(word));
  if (extra !== undefined) {
    return {
      verb: 'malformed',
      problem:
        'Say `deliveries`, `deliveries 12` for a run, `deliveries "a job"` or `deliveries job:3`; with `dead` only what was given up.',
    };
  }
  const text = about?.text ?? '';
  const digits = about?.quoted === false ? /^#?(\d{1,15})$/.exec(text)?.[1] : undefined;
  if (digits !== undefined)
    return { verb: 'deliveries', instanceId: Number(digits), job: null, dead };
  const job = text === '' ? null : text.replace(/^job:(?=\d+$)/, '');
  return { verb: 'deliveries', instanceId: null, job, dead };
}
