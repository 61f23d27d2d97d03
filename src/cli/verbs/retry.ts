/** `kuroko retry`: goes on from the failed step. */
import { retry } from '../../operations/retry.ts';
import { operateToken } from '../operate-instance.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function retryVerb(
  outside: Outside,
  instanceId: number,
  options: Json & { readonly token?: number },
): Promise<number> {
  return operateToken(outside, instanceId, options, 'retried', retry);
}
