/** How long a token may take before people are warned. */
import type { TokenContext } from './token.ts';

/** When a script says nothing of it: a day. */
const ordinaryMinutes = 24 * 60;

/**
 * Minutes of age, or null: nobody is warned of it. A branch with the limit of the token that forked
 * it has none of its own, for that one is older and warns.
 */
export function expectedMinutes({ expectedMinutes: own, branch }: TokenContext): number | null {
  const limit = own === undefined ? ordinaryMinutes : own;
  if (branch === undefined) return limit;
  const { expectedMinutes: outer = ordinaryMinutes } = branch;
  return limit === outer ? null : limit;
}
