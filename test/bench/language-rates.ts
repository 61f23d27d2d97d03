/** Scripts read a second, and read and validated. */
import { lint } from '../../src/workflow/lint.ts';
import { parse } from '../../src/workflow/parse.ts';
import { facts } from '../support/operations.ts';
import { longScript } from './long-script.ts';
import { rate, repeated } from './rate.ts';
import type { Finding } from './finding.ts';

const reach = 20 * 191;

export async function languageRates(rounds: number): Promise<Finding[]> {
  if (!lint(longScript, facts).ok) throw new Error('the script of the bench has errors');
  const once = (work: () => unknown) => () =>
    repeated(500, () => {
      work();
      return 1;
    });
  return [
    await rate(
      { what: 'Scripts of 1,000 lines read', reach, run: once(() => parse(longScript)) },
      rounds,
    ),
    await rate(
      { what: 'The same, validated', reach, run: once(() => lint(longScript, facts)) },
      rounds,
    ),
  ];
}
