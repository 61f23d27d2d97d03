/** `kuroko skip`: ignores the failed step and goes on after it. */
import { skip } from '../../operations/skip.ts';
import { operateToken } from '../operate-instance.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function skipVerb(
  outside: Outside,
  instanceId: number,
  options: Json & { readonly token?: number },
): Promise<number> {
  return operateToken(outside, instanceId, options, 'skipped', skip);
}
