/** Retry: goes on from the failed step. */
import { operateToken, type TokenDone, type TokenWish } from './operate-token.ts';
import type { Tx } from '../store/database.ts';
import type { Facts } from '../workflow/facts.ts';

/** Throws as `operateToken` does. */
export function retry(tx: Tx, wish: TokenWish, facts: Facts): Promise<TokenDone> {
  return operateToken(tx, 'retry', ['failure'], wish, facts);
}
