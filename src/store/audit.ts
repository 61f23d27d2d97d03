/** Who did what, where and when: every attempt, allowed or not. */
import { rowSets } from './row-sets.ts';
import type { Connection, Tx } from './database.ts';

export interface AuditEntry {
  readonly actorKind: 'slack' | 'api' | 'cli' | 'hook' | 'system';
  readonly actorId: string;
  readonly actorName: string;
  /** Channel, host or address it came from. */
  readonly place?: string | null;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'late';
  readonly reason?: string | null;
  readonly definitionId?: number | null;
  readonly instanceId?: number | null;
  readonly tokenId?: number | null;
  readonly attempt?: number | null;
  readonly executionId?: number | null;
  /** Names the wish, so that the same wish sent twice is known again. */
  readonly requestKey?: string | null;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditRow extends AuditEntry {
  readonly id: number;
  readonly at: Date;
}

export function insertAudit(on: Connection, entry: AuditEntry): Promise<void> {
  return insertAudits(on, [entry]);
}

/** Many in one go. */
export async function insertAudits(on: Connection, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await on.query({ name: 'insert-audits', text: insertText }, written.values({ entries }));
}

const written = rowSets<{ readonly entries: AuditEntry }>({
  entries: {
    actor_kind: ['text', ({ actorKind }) => actorKind],
    actor_id: ['text', ({ actorId }) => actorId],
    actor_name: ['text', ({ actorName }) => actorName],
    place: ['text', ({ place }) => place],
    action: ['text', ({ action }) => action],
    outcome: ['text', ({ outcome }) => outcome],
    reason: ['text', ({ reason }) => reason],
    definition_id: ['bigint', ({ definitionId }) => definitionId],
    instance_id: ['bigint', ({ instanceId }) => instanceId],
    token_id: ['bigint', ({ tokenId }) => tokenId],
    attempt: ['int', ({ attempt }) => attempt],
    execution_id: ['bigint', ({ executionId }) => executionId],
    request_key: ['text', ({ requestKey }) => requestKey],
    before: ['jsonb', ({ before }) => before],
    after: ['jsonb', ({ after }) => after],
  },
});

const insertText = `insert into audit (${written.of.entries.names}) select r.* from ${written.of.entries.from}`;

/** What took effect on an instance under a request key: the same wish once more changes nothing. */
export async function doneUnder(
  on: Connection,
  instanceId: number,
  requestKey: string,
): Promise<AuditRow | null> {
  const [row] = await on.query<AuditRow>(
    `select ${columns} from audit
     where instance_id = $1 and request_key = $2 and outcome = 'done' order by id limit 1`,
    [instanceId, requestKey],
  );
  return row ?? null;
}

/** How often a step was retried by the system since a person last did something to its token. */
export async function systemRetriesInARow(
  tx: Tx,
  instanceId: number,
  tokenId: number,
  path: string,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*) from audit
     where instance_id = $1 and token_id = $2 and outcome = 'done' and action = 'retry'
       and actor_kind = 'system' and before->>'path' = $3
       and id > coalesce((select max(id) from audit where instance_id = $1 and token_id = $2
         and outcome = 'done' and actor_kind <> 'system'), 0)`,
    [instanceId, tokenId, path],
  );
  return row?.count ?? 0;
}

/** Why the system could not do what it was asked for under a request key; null when it has not said so. */
export async function refusedUnder(on: Connection, requestKey: string): Promise<string | null> {
  const [row] = await on.query<{ reason: string | null }>(
    `select reason from audit where request_key = $1 and outcome = 'refused' order by id desc limit 1`,
    [requestKey],
  );
  return row?.reason ?? null;
}

const columns = `id, at, actor_kind, actor_id, actor_name, place, action, outcome, reason,
  definition_id, instance_id, token_id, attempt, execution_id, request_key, before, after`;

/** What took effect on an instance, oldest first. */
export function auditOf(on: Connection, instanceId: number): Promise<AuditRow[]> {
  return on.query<AuditRow>(
    `select ${columns} from audit where instance_id = $1 and outcome = 'done' order by id`,
    [instanceId],
  );
}

const revising = ['create', 'edit', 'schedule', 'suspend', 'resume', 'delete'];

/** What took effect on a definition itself, newest first, before an id: who made it what it is. */
export function revisionsOf(
  on: Connection,
  definitionId: number,
  before: number | null,
  limit: number,
): Promise<AuditRow[]> {
  return on.query<AuditRow>(
    `select ${columns} from audit
     where definition_id = $1 and outcome = 'done' and action = any($2)
       and ($3::bigint is null or id < $3) order by id desc limit $4`,
    [definitionId, revising, before, limit],
  );
}

/** The last of some actions that took effect on a definition. */
export async function lastDoneTo(
  on: Connection,
  definitionId: number,
  actions: readonly string[],
): Promise<AuditRow | null> {
  const [row] = await on.query<AuditRow>(
    `select ${columns} from audit
     where definition_id = $1 and outcome = 'done' and action = any($2) order by id desc limit 1`,
    [definitionId, actions],
  );
  return row ?? null;
}

/** Those of some definitions that were made by an actor. */
export async function madeBy(
  on: Connection,
  { actorKind, actorId }: Pick<AuditEntry, 'actorKind' | 'actorId'>,
  definitionIds: readonly number[],
): Promise<number[]> {
  const rows = await on.query<{ definitionId: number }>(
    `select distinct definition_id from audit
     where definition_id = any($3) and action = 'create' and outcome = 'done'
       and actor_kind = $1 and actor_id = $2`,
    [actorKind, actorId, definitionIds],
  );
  return rows.map(({ definitionId }) => definitionId);
}
