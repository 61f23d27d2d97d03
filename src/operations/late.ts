/** The answer to somebody whose wish came too late: who was first, and what holds now. */
import { conflict } from '../errors.ts';
import { auditOf, type AuditEntry, type AuditRow } from '../store/audit.ts';
import { auditActor, type Actor } from './actor.ts';
import { RefusedError } from './in-transaction.ts';
import type { Connection } from '../store/database.ts';
import type { Instance, InstanceStatus } from '../store/instances.ts';

export interface LateWish {
  readonly actor: Actor;
  readonly action: 'retry' | 'skip' | 'cancel' | 'terminate';
  readonly requestKey: string;
  readonly instance: Instance;
  readonly tokenId?: number;
  readonly attempt?: number;
  readonly executionId?: number;
}

/**
 * What took effect on the same token and attempt, or on the whole instance. Returns it when it was
 * this very wish, whose first answer was lost; else throws Conflict.
 */
export async function lateOrRepeated(on: Connection, wish: LateWish): Promise<AuditRow> {
  const rows = await auditOf(on, wish.instance.id);
  const mine = rows.findLast(({ requestKey }) => requestKey === wish.requestKey);
  if (mine !== undefined) return mine;
  throw lateError(
    wish,
    rows.findLast((row) => stoodInTheWay(row, wish)),
  );
}

function stoodInTheWay(row: AuditRow, wish: LateWish): boolean {
  if (row.action === 'cancel') return true;
  if (wish.executionId !== undefined && row.executionId === wish.executionId) return true;
  if (!(row.action in done) || row.tokenId === null) return false;
  const sameToken = wish.tokenId === undefined || row.tokenId === wish.tokenId;
  return sameToken && (wish.attempt === undefined || row.attempt === wish.attempt);
}

function lateError(wish: LateWish, first: AuditRow | undefined): RefusedError {
  const now = `Now: ${stateWords[wish.instance.status]}.`;
  const reason =
    first === undefined
      ? `There is nothing to ${wish.action} in #${wish.instance.id}. ${now}`
      : `Already ${done[first.action] ?? first.action} by ${first.actorName} ${ago(first.at)}. ${now}`;
  const audit: AuditEntry = {
    ...auditActor(wish.actor),
    action: wish.action,
    outcome: 'late',
    reason,
    definitionId: wish.instance.definitionId,
    instanceId: wish.instance.id,
    tokenId: wish.tokenId ?? null,
    attempt: wish.attempt ?? null,
    executionId: wish.executionId ?? null,
    requestKey: wish.requestKey,
  };
  return new RefusedError(conflict(reason), audit);
}

const done: Readonly<Record<string, string>> = {
  retry: 'retried',
  skip: 'skipped',
  cancel: 'cancelled',
  terminate: 'terminated',
};

const stateWords: Readonly<Record<InstanceStatus, string>> = {
  working: 'working',
  error: 'error',
  success: 'finished',
  canceled: 'cancelled',
};

function ago(at: Date): string {
  const seconds = Math.max(0, Math.round((Date.now() - at.getTime()) / 1_000));
  const [count, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3_600
        ? [Math.round(seconds / 60), 'minute']
        : seconds < 86_400
          ? [Math.round(seconds / 3_600), 'hour']
          : [Math.round(seconds / 86_400), 'day'];
  if (seconds === 0) return 'just now';
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
