/** What Retry and Skip have in common: one token, at one attempt, takes effect once. */
import { conflict, notFound } from '../errors.ts';
import { doneUnder, insertAudit } from '../store/audit.ts';
import { lockInstance } from '../store/instances.ts';
import { lockTokens, type StoredToken } from '../store/tokens.ts';
import { auditActor, type Actor } from './actor.ts';
import { applyEvent } from './apply-event.ts';
import { lateOrRepeated } from './late.ts';
import { refuseRisk } from './retry-risk.ts';
import type { Tx } from '../store/database.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { TokenStatus } from '../workflow/token.ts';

export interface TokenWish {
  readonly instanceId: number;
  /** Left out: the only token that can be meant. */
  readonly tokenId?: number;
  /** Left out: the attempt it is at. */
  readonly attempt?: number;
  /** Of a retry: whoever asks has read that a lost command may still run, and run twice. */
  readonly risk?: 'accepted';
  readonly actor: Actor;
  /** Names the wish: the same key again is the same wish. */
  readonly requestKey: string;
}

export interface TokenDone {
  readonly instanceId: number;
  readonly tokenId: number;
}

/**
 * Steps the one token that is meant. Throws NotFound, or Conflict: too late, or several tokens can
 * be meant (details: `tokenId path`); a retry RiskyRetry.
 */
export async function operateToken(
  tx: Tx,
  action: 'retry' | 'skip',
  on: readonly TokenStatus[],
  wish: TokenWish,
  facts: EngineFacts,
): Promise<TokenDone> {
  const instance = await lockInstance(tx, wish.instanceId);
  if (instance === null) throw notFound(`There is no instance #${wish.instanceId}.`);
  const before = await doneUnder(tx, instance.id, wish.requestKey);
  if (before !== null) return { instanceId: instance.id, tokenId: before.tokenId ?? 0 };
  const tokens = await lockTokens(tx, wish.instanceId);
  const open = instance.status === 'working' || instance.status === 'error';
  const candidates = open ? tokens.filter((token) => isMeant(token, on, wish)) : [];
  const [token] = candidates;
  if (token === undefined) {
    const row = await lateOrRepeated(tx, { ...wish, action, instance });
    return { instanceId: instance.id, tokenId: row.tokenId ?? 0 };
  }
  if (candidates.length > 1) {
    throw conflict(
      `${candidates.length} steps of #${instance.id} can be meant. Say which.`,
      candidates.map(({ id, path }) => `${id} ${path}`),
    );
  }
  if (action === 'retry' && wish.risk !== 'accepted') await refuseRisk(tx, token);
  const by = wish.actor.name;
  await applyEvent(tx, instance, tokens, token.key, { type: action, by }, facts, { by });
  await insertAudit(tx, {
    ...auditActor(wish.actor),
    action,
    outcome: 'done',
    definitionId: instance.definitionId,
    instanceId: instance.id,
    tokenId: token.id,
    attempt: token.attempt,
    requestKey: wish.requestKey,
    before: { status: token.status, path: token.path },
  });
  return { instanceId: instance.id, tokenId: token.id };
}

function isMeant(token: StoredToken, on: readonly TokenStatus[], wish: TokenWish): boolean {
  return (
    on.includes(token.status) &&
    // A fork is no step of its own: its branches are.
    token.openChildren === 0 &&
    (wish.tokenId === undefined || token.id === wish.tokenId) &&
    (wish.attempt === undefined || token.attempt === wish.attempt)
  );
}
