/** Skip: ignores the failed or waiting step and goes on after it. */
import { operateToken, type TokenDone, type TokenWish } from './operate-token.ts';
import type { Tx } from '../store/database.ts';
import type { Facts } from '../workflow/facts.ts';

/** Throws as `operateToken` does. */
export function skip(tx: Tx, wish: TokenWish, facts: Facts): Promise<TokenDone> {
  return operateToken(tx, 'skip', ['failure', 'waiting'], wish, facts);
}
