/** Retry: goes on from the failed step. */
import { operateToken, type TokenDone, type TokenWish } from './operate-token.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

/** Throws as `operateToken` does. */
export function retry(tx: Tx, wish: TokenWish, facts: EngineFacts): Promise<TokenDone> {
  return operateToken(tx, 'retry', ['failure'], wish, facts);
}
