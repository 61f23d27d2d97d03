/** Warns of tokens that take longer than expected, and again every hour. */
import { insertLateWarnings, lockLateTokens, type LateToken } from '../store/late-tokens.ts';
import { expectedMinutes } from '../workflow/expectation.ts';
import { planAlongIndexes, type Tx } from '../store/database.ts';

/** At a time: each time is a look at all that is open. */
const most = 1_000;
const again = { seconds: 3_600 };

/** One transaction for all of them: it changes nothing that anybody waits for. */
export async function warnOfLateTokens(tx: Tx): Promise<{ more: boolean }> {
  tx.leave(planAlongIndexes(tx));
  const late = await lockLateTokens(tx, most);
  if (late.length > 0) await insertLateWarnings(tx, late.map(warning), again);
  return { more: late.length === most };
}

function warning({ id, instanceId, context, age }: LateToken) {
  const minutes = expectedMinutes(context) ?? 0;
  const hours = Math.max(0, Math.floor((age - minutes) / 60));
  return {
    tokenId: id,
    instanceId,
    message: `The running time is longer than ${minutes} minutes!`,
    notice: {
      event: 'long_elapsed_time' as const,
      payload: { message: null, late: { minutes, hours } },
    },
  };
}
