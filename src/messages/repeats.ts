/** How often the same has happened since, in one line below a message that stands for all of it. */
import { render } from '../templates.ts';
import { context, type Block } from './blocks.ts';
import { moment } from './phrases.ts';

export interface Repeats {
  readonly count: number;
  /** Of the last of them; null when there is none. */
  readonly lastAt: Date | null;
}

/** `what`: a part of `slack/repeats`; nothing where it has not happened again. */
export function repeatsLine(what: 'failed' | 'skipped' | 'prevented', repeats: Repeats): Block[] {
  const { count, lastAt } = repeats;
  if (count === 0 || lastAt === null) return [];
  return [
    context(render(`slack/repeats#${what}`, { count, one: count === 1, last: moment(lastAt) })),
  ];
}
