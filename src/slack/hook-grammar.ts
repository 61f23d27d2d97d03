/** What can follow `hook`: a job, and what about its hooks. */
import type { Word } from './split-words.ts';

export type HookCommand =
  | { readonly verb: 'hook'; readonly job: string; readonly wish: HookWish | null }
  | { readonly verb: 'malformed'; readonly problem: string };

export type HookWish =
  /** `NAME=place in the body` each. */
  | { readonly deed: 'create'; readonly name: string; readonly mapping: readonly string[] }
  | { readonly deed: 'rotate' | 'remove'; readonly name: string };

/** `job [show]`, `job create name [KEY=path ...]`, `job rotate name`, `job remove name`. */
export function hookCommand(words: readonly Word[]): HookCommand {
  const [job, given, name, ...rest] = words;
  if (job === undefined) return malformed('Say which job: `hook 12` or `hook nightly-report`.');
  const common = { verb: 'hook', job: jobOf(job) } as const;
  const deed = given?.text.toLowerCase();
  if (deed === undefined || (deed === 'show' && name === undefined))
    return { ...common, wish: null };
  if (name === undefined) return malformed(usage);
  if (deed === 'create') {
    const mapping = rest.map(({ text }) => text);
    return { ...common, wish: { deed, name: name.text, mapping } };
  }
  if ((deed === 'rotate' || deed === 'remove') && rest.length === 0) {
    return { ...common, wish: { deed, name: name.text } };
  }
  return malformed(usage);
}

const usage =
  'Say `hook JOB`, `hook JOB create NAME [KEY=place in the body …]`, `hook JOB rotate NAME` or `hook JOB remove NAME`.';

/** `#12` is 12: that is how messages name jobs. */
const jobOf = (word: Word): string =>
  word.quoted ? word.text : word.text.replace(/^#(?=\d+$)/, '');

const malformed = (problem: string): HookCommand => ({ verb: 'malformed', problem });
