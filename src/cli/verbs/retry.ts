/** `kuroko retry`: goes on from the failed step. */
import { conflict } from '../../errors.ts';
import { retry } from '../../operations/retry.ts';
import { RiskyRetry } from '../../operations/retry-risk.ts';
import { operateToken } from '../operate-instance.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export interface RetryOptions extends Json {
  readonly token?: number;
  /** What may still run is run again all the same. */
  readonly yes?: true;
}

export async function retryVerb(
  outside: Outside,
  instanceId: number,
  options: RetryOptions,
): Promise<number> {
  const risk = options.yes ? ({ risk: 'accepted' } as const) : {};
  try {
    return await operateToken(outside, instanceId, options, 'retried', (tx, wish, facts) =>
      retry(tx, { ...wish, ...risk }, facts),
    );
  } catch (error) {
    if (!(error instanceof RiskyRetry)) throw error;
    const token = options.token === undefined ? '' : ` --token ${options.token}`;
    throw conflict(
      `#${instanceId} was not retried. ${error.message} Then: kuroko retry ${instanceId}${token} --yes`,
    );
  }
}
