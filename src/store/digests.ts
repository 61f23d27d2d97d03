/** Notices of one channel that have waited for long: told together, in one message. */
import type { InstanceStatus } from './instances.ts';
import type { NoticeEvent } from './outbox.ts';
import type { Connection, Tx } from './database.ts';

/** A notice with what its instance has come to by now. */
export interface WaitingNotice {
  readonly id: number;
  readonly event: NoticeEvent;
  /** Who brought it about; null: nobody did. */
  readonly by: string | null;
  readonly bySystem: boolean;
  readonly createdAt: Date;
  readonly instanceId: number;
  readonly definitionId: number;
  readonly status: InstanceStatus;
  readonly preventedBy: number | null;
  readonly afterFailure: boolean;
  readonly notifyAllEvents: boolean;
  readonly notifyCancellation: boolean;
  /** The channel that it is for. */
  readonly wanted: string | null;
}

/** `$1`: the default channel. */
const selectNotices = (where: string): string => `
  select o.id, o.event, o.payload->>'by' as by,
    coalesce((o.payload->>'bySystem')::boolean, false) as by_system, o.created_at, o.instance_id,
    i.definition_id, i.status, i.prevented_by, i.after_failure, d.notify_all_events,
    d.notify_cancellation, coalesce(d.slack_channel, $1, i.launch_channel) as wanted
  from outbox o join instances i on i.id = o.instance_id
    join definitions d on d.id = i.definition_id
  where ${where} and o.target = 'slack' and o.delivered_at is null and o.dead_at is null
  order by o.id`;

/**
 * What waits for a channel of instances that Slack has not heard of, but of those that are being
 * told of now; what whoever asks has `claimed` waits as well.
 */
export function waitingFor(
  on: Connection,
  wanted: string,
  defaultChannel: string | null,
  claimed: readonly number[],
): Promise<WaitingNotice[]> {
  return on.query<WaitingNotice>(
    selectNotices(`coalesce(d.slack_channel, $1, i.launch_channel) = $2 and o.digest_of is null
      and not exists (select from slack_messages m where m.instance_id = i.id and m.kind = 'run')
      and not exists (select from outbox u where u.instance_id = i.id and u.leased_until > now()
        and u.delivered_at is null and u.dead_at is null and u.id <> all($3))`),
    [defaultChannel, wanted, claimed],
  );
}

/** What is told with a notice. */
export function digestNotices(
  on: Connection,
  digest: number,
  defaultChannel: string | null,
): Promise<WaitingNotice[]> {
  return on.query<WaitingNotice>(selectNotices('o.digest_of = $2'), [defaultChannel, digest]);
}

/**
 * Has these told in one message, in the place of the first; of an instance all of them, or none where
 * somebody else has begun with one meanwhile. The ids of those that are.
 */
export async function openDigest(
  tx: Tx,
  notices: readonly Pick<WaitingNotice, 'id' | 'instanceId'>[],
  claimed: readonly number[],
): Promise<number[]> {
  const free = await tx.query<{ id: number }>(
    `select id from outbox
     where id = any($1) and digest_of is null and delivered_at is null and dead_at is null
       and (leased_until is null or leased_until < now() or id = any($2))
     order by id for no key update`,
    [notices.map(({ id }) => id), claimed],
  );
  const ids = new Set(free.map(({ id }) => id));
  const begun = new Set(
    notices.filter(({ id }) => !ids.has(id)).map((notice) => notice.instanceId),
  );
  const members = notices.filter(({ instanceId }) => !begun.has(instanceId)).map(({ id }) => id);
  await tx.query('update outbox set digest_of = $2 where id = any($1)', [
    members,
    members.reduce((first: number | null, id) => Math.min(first ?? id, id), null),
  ]);
  return members;
}

/** Each of its notices is told by itself again. */
export async function closeDigest(on: Connection, digest: number): Promise<void> {
  await on.query(
    `update outbox set digest_of = null
     where digest_of = $1 and delivered_at is null and dead_at is null`,
    [digest],
  );
}

export async function markDigestDelivered(on: Connection, digest: number): Promise<void> {
  await on.query(
    `update outbox set delivered_at = now(), leased_until = null, error = null
     where digest_of = $1 and delivered_at is null and dead_at is null`,
    [digest],
  );
}

/** They are given up with the reason; those that were told stay told. */
export async function markDigestDead(
  on: Connection,
  digest: number,
  reason: string,
): Promise<void> {
  await on.query(
    `update outbox set dead_at = now(), leased_until = null, error = $2
     where digest_of = $1 and delivered_at is null and dead_at is null`,
    [digest, reason],
  );
}
