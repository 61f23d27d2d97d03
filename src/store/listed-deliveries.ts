/** Deliveries as people look at them: nothing here shows an endpoint but as it may be read. */
import type { Attempt, StoredRequest } from './deliveries.ts';
import type { Connection } from './database.ts';

export type DeliveryState = 'open' | 'delivered' | 'dead';

export interface ListedDelivery {
  readonly id: number;
  /** The receiver has seen it. */
  readonly key: string;
  readonly target: string;
  readonly endpoint: string;
  readonly event: string;
  readonly subject: string;
  readonly instanceId: number | null;
  readonly definitionId: number | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: Date;
  /** Of open ones: when it is tried next. */
  readonly availableAt: Date | null;
  /** When it arrived, or was given up. */
  readonly endedAt: Date | null;
  /** Why it did not arrive, the last time or for good. */
  readonly reason: string | null;
  /** Its endpoint gets nothing until it is switched on again. */
  readonly switchedOff: boolean;
}

export interface DeliveryDetails extends ListedDelivery {
  readonly request: StoredRequest;
  readonly log: readonly Attempt[];
}

export interface DeliveryFilter {
  readonly definitionId?: number | null;
  readonly instanceId?: number | null;
  readonly noticeId?: number;
  readonly dead?: boolean;
  /** Id of the last one of the page before. */
  readonly before?: number | null;
  readonly limit: number;
}

const columns = `d.id, d.key, d.target, d.shown_endpoint as endpoint, d.event, d.request->>'subject' as subject,
  d.instance_id, d.definition_id,
  case when d.delivered_at is not null then 'delivered' when d.dead_at is not null then 'dead'
    else 'open' end as state,
  d.attempts, d.created_at,
  case when d.delivered_at is null and d.dead_at is null then d.available_at end as available_at,
  coalesce(d.delivered_at, d.dead_at) as ended_at, d.reason, e.switched_off_at is not null as switched_off`;

const sources = `deliveries d left join endpoints e on e.target = d.target and e.endpoint = d.endpoint`;

/** The newest first. */
export function listDeliveries(
  on: Connection,
  { definitionId, instanceId, noticeId, dead = false, before, limit }: DeliveryFilter,
): Promise<ListedDelivery[]> {
  return on.query<ListedDelivery>(
    `select ${columns} from ${sources}
     where ($1::bigint is null or d.definition_id = $1) and ($2::bigint is null or d.instance_id = $2)
       and ($3::bigint is null or d.notice_id = $3) and (not $4 or d.dead_at is not null)
       and ($5::bigint is null or d.id < $5)
     order by d.id desc limit $6`,
    [definitionId ?? null, instanceId ?? null, noticeId ?? null, dead, before ?? null, limit],
  );
}

/** With what is sent, and each time that it was tried, the last one first. */
export async function findDelivery(on: Connection, id: number): Promise<DeliveryDetails | null> {
  const [row] = await on.query<Omit<DeliveryDetails, 'log'>>(
    `select ${columns}, d.request from ${sources} where d.id = $1`,
    [id],
  );
  if (row === undefined) return null;
  const log = await on.query<Attempt>(
    `select at, milliseconds, outcome, status, answer, reason from delivery_attempts
     where delivery_id = $1 order by id desc limit 100`,
    [id],
  );
  return { ...row, log };
}
