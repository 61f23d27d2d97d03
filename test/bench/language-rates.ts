/** Scripts read a second, and read and validated. */
import { parse, read } from '../../src/workflow/parse.ts';
import { validate } from '../../src/workflow/validate.ts';
import { facts } from '../support/operations.ts';
import { longScript } from './long-script.ts';
import { rate, repeated } from './rate.ts';
import type { Finding } from './finding.ts';

const reach = 20 * 191;

export async function languageRates(rounds: number): Promise<Finding[]> {
  const validated = () => validate(read(longScript).tree, facts);
  if (!parse(longScript).ok || validated().length > 0) {
    throw new Error('the script of the bench has errors');
  }
  // Ten between two looks at the clock, which cost as much as a hundred lines.
  const tenTimes = (work: () => unknown) => () =>
    repeated(500, () => {
      for (let times = 0; times < 10; times += 1) work();
      return 10;
    });
  return [
    await rate(
      { what: 'Scripts of 1,000 lines read', reach, run: tenTimes(() => parse(longScript)) },
      rounds,
    ),
    await rate({ what: 'The same, and validated', run: tenTimes(validated) }, rounds),
  ];
}
