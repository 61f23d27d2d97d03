/** Skip: ignores the failed or waiting step and goes on after it. */
import { operateToken, type TokenDone, type TokenWish } from './operate-token.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Tx } from '../store/database.ts';

/** Throws as `operateToken` does. */
export function skip(tx: Tx, wish: TokenWish, facts: EngineFacts): Promise<TokenDone> {
  return operateToken(tx, 'skip', ['failure', 'waiting'], wish, facts);
}
