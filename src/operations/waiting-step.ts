/** The step of another instance that waits to be told something, locked. */
import { lockInstance, type Instance } from '../store/instances.ts';
import { lockTokensByKey, placeOfToken, type StoredToken } from '../store/tokens.ts';
import { lineageKeys } from '../workflow/token-key.ts';
import type { Tx } from '../store/database.ts';

export interface WaitingStep {
  readonly instance: Instance;
  readonly token: StoredToken;
  /** It and all that it stems from, which is what `applyEvent` wants. */
  readonly tokens: readonly StoredToken[];
}

/** Null when the token has left, or is at another attempt: it does not wait for this any more. */
export async function lockWaitingStep(
  tx: Tx,
  { tokenId, attempt }: { readonly tokenId: number; readonly attempt: number },
): Promise<WaitingStep | null> {
  const place = await placeOfToken(tx, tokenId);
  const instance = place === null ? null : await lockInstance(tx, place.instanceId);
  if (place === null || instance === null) return null;
  const tokens = await lockTokensByKey(tx, instance.id, lineageKeys(place.key));
  const token = tokens.find(({ id }) => id === tokenId);
  if (token?.status !== 'waiting' || token.attempt !== attempt) return null;
  return { instance, token, tokens };
}
