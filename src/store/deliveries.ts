/** Deliveries to targets besides Slack: a row each, in order for each endpoint and instance. */
import { storableJson, storableText } from './storable.ts';
import type { Connection, Tx } from './database.ts';

/** As `notifiers/channel` writes it; kept as it is, so that it is the same each time it is sent. */
export interface StoredRequest {
  readonly subject: string;
  readonly body: string;
  readonly html?: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface NewDelivery {
  readonly noticeId: number;
  readonly target: string;
  readonly endpoint: string;
  readonly shownEndpoint: string;
  readonly event: string;
  readonly instanceId: number | null;
  readonly definitionId: number | null;
  readonly request: StoredRequest;
  /** It can never be delivered: why. */
  readonly dead: string | null;
}

/** In their order. What is for an endpoint that is switched off is dead from the start, unless it is a test. */
export async function insertDeliveries(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
  for (const portion of portionsOf(deliveries)) await insertPortion(tx, portion);
}

/** Characters of texts: a parameter of JSON holds 256 MB, and many long mails are more than that. */
const portionLength = 4_000_000;

function portionsOf(deliveries: readonly NewDelivery[]): NewDelivery[][] {
  const portions: NewDelivery[][] = [];
  let room = 0;
  for (const delivery of deliveries) {
    const { body, html = '' } = delivery.request;
    if (room <= 0) {
      portions.push([]);
      room = portionLength;
    }
    room -= body.length + html.length;
    portions.at(-1)?.push(delivery);
  }
  return portions;
}

async function insertPortion(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void> {
  await tx.query(
    {
      name: 'insert-deliveries',
      text: `
insert into deliveries (notice_id, target, endpoint, shown_endpoint, event, instance_id, definition_id,
  request, reason, dead_at)
select "noticeId", d.target, d.endpoint, "shownEndpoint", event, "instanceId", "definitionId", request,
  coalesce(dead, off.reason), case when coalesce(dead, off.reason) is not null then now() end
from rows from (jsonb_to_recordset($1::jsonb) as ("noticeId" bigint, target text, endpoint text,
    "shownEndpoint" text, event text, "instanceId" bigint, "definitionId" bigint, request jsonb, dead text))
  with ordinality as d
  left join lateral (
    select 'the endpoint is switched off' as reason from endpoints e
    where e.target = d.target and e.endpoint = d.endpoint and e.switched_off_at is not null
      and event <> 'test') off on true
order by ordinality`,
    },
    [storableJson(deliveries)],
  );
}

export interface ClaimedDelivery {
  readonly id: number;
  readonly key: string;
  readonly target: string;
  readonly endpoint: string;
  readonly shownEndpoint: string;
  readonly event: string;
  readonly instanceId: number | null;
  readonly definitionId: number | null;
  readonly request: StoredRequest;
  /** This one included. */
  readonly attempts: number;
  readonly createdAt: Date;
}

export interface ClaimWish {
  readonly targets: readonly string[];
  readonly limit: number;
  /** Of one endpoint at a time; of one that fails a single one, and not before some time has passed. */
  readonly perEndpoint: number;
  readonly leaseSeconds: number;
}

/** Of an endpoint. So many that wait for their next attempt would have to be there to hold up others. */
const lookedAt = 1_000;

/**
 * Leases what is due: of each endpoint and instance only the oldest that is open, so that the order
 * is kept however many deliver, and of each endpoint only a few, so that a slow one holds up nobody else.
 * It walks from endpoint to endpoint along the index, and of each looks at the oldest that are open: of
 * those the oldest of an instance is the oldest of all. A look at all 10,000 that were open took 60 ms.
 */
export function claimDue(
  on: Connection,
  { targets, limit, perEndpoint, leaseSeconds }: ClaimWish,
): Promise<ClaimedDelivery[]> {
  return on.query<ClaimedDelivery>(
    {
      name: 'claim-due',
      text: `
with recursive open_endpoints as (
  (select target, endpoint from deliveries
   where delivered_at is null and dead_at is null order by target, endpoint limit 1)
  union all
  select next.target, next.endpoint from open_endpoints e, lateral (
    select target, endpoint from deliveries d
    where delivered_at is null and dead_at is null and (d.target, d.endpoint) > (e.target, e.endpoint)
    order by target, endpoint limit 1) next
), rooms as materialized (
  select o.target, o.endpoint, (select count(*) from deliveries d
      where d.target = o.target and d.endpoint = o.endpoint and delivered_at is null and dead_at is null
        and leased_until >= now()) as taken,
    case when e.target is null then $3 when e.held_until <= now() then 1 else 0 end as room
  from open_endpoints o left join endpoints e using (target, endpoint)
  where o.target = any($1)
), due as materialized (
  select head.id from rooms r cross join lateral (
    select id from (
      select distinct on (instance_id) id, available_at, leased_until from (
        select id, instance_id, available_at, leased_until from deliveries d
        where d.target = r.target and d.endpoint = r.endpoint
          and delivered_at is null and dead_at is null
        order by id limit ${lookedAt}) oldest
      order by instance_id, id) heads
    where available_at <= now() and (leased_until is null or leased_until < now())
    order by id limit r.room - r.taken) head
  where r.room > r.taken
), picked as materialized (
  select id from deliveries
  where id = any(array(select id from due order by id limit $2))
    and delivered_at is null and dead_at is null and available_at <= now()
    and (leased_until is null or leased_until < now())
  for update skip locked
)
update deliveries d set leased_until = now() + make_interval(secs => $4), attempts = attempts + 1
where id = any(array(select id from picked))
returning d.id, d.key, d.target, d.endpoint, d.shown_endpoint, d.event, d.instance_id, d.definition_id,
  d.request, d.attempts, d.created_at`,
    },
    [targets, limit, perEndpoint, leaseSeconds],
  );
}

/** One time that a delivery was tried. */
export interface Attempt {
  readonly at: Date;
  readonly milliseconds: number;
  readonly outcome: 'delivered' | 'again' | 'final';
  readonly status: number | null;
  /** The beginning of what was answered, masked. */
  readonly answer: string | null;
  readonly reason: string | null;
}

type Held = Pick<ClaimedDelivery, 'id' | 'attempts' | 'target' | 'endpoint'>;

/** Books an attempt that was taken; nothing where somebody else has it by now. Its endpoint works. */
export async function bookDelivered(on: Connection, held: Held, attempt: Attempt): Promise<void> {
  await on.query(
    {
      name: 'book-delivered',
      text: `
with booked as (
  update deliveries set delivered_at = now(), leased_until = null, reason = null
  where id = $1 and attempts = $2 and delivered_at is null and dead_at is null
  returning id
), works as (
  delete from endpoints where target = $3 and endpoint = $4 and exists (select from booked)
)
${insertAttempt(5)}`,
    },
    [held.id, held.attempts, held.target, held.endpoint, ...attemptValues(attempt)],
  );
}

/** An endpoint that does not work now. */
export interface Failing {
  readonly since: Date;
  readonly seconds: number;
  /** Attempts in a row. */
  readonly failures: number;
  /** Nothing is sent there for so long. */
  readonly heldSeconds: number;
}

/** Half a second for each failure in a row, up to a minute: what waits behind them is not to keep it busy. */
const heldUntil = (failures: string): string =>
  `now() + least(60, 0.5 * (${failures})) * interval '1 second'`;

/**
 * Books an attempt that was not taken: the next one comes after `pauseSeconds`; null gives up.
 * Resolves with how its endpoint does; null where that is switched off, only tested, or another has it by now.
 */
export async function bookFailed(
  on: Connection,
  held: Held,
  attempt: Attempt,
  pauseSeconds: number | null,
): Promise<Failing | null> {
  const [row] = await on.query<Failing>(
    {
      name: 'book-failed',
      text: `
with booked as (
  update deliveries set leased_until = null, reason = $9,
    available_at = now() + make_interval(secs => coalesce($11::float8, 0)),
    dead_at = case when $11::float8 is null then now() end
  where id = $1 and attempts = $2 and delivered_at is null and dead_at is null
  returning id, event
), written as (
  ${insertAttempt(5)}
)
insert into endpoints (target, endpoint, reason, held_until)
select $3, $4, coalesce($9, ''), ${heldUntil('1')} from booked where event <> 'test'
on conflict (target, endpoint) do update set reason = excluded.reason,
    failures = endpoints.failures + 1, held_until = ${heldUntil('endpoints.failures + 1')}
  where endpoints.switched_off_at is null
returning failing_since as since, extract(epoch from now() - failing_since)::float8 as seconds, failures,
  extract(epoch from held_until - now())::float8 as held_seconds`,
    },
    [held.id, held.attempts, held.target, held.endpoint, ...attemptValues(attempt), pauseSeconds],
  );
  return row ?? null;
}

/**
 * Switches an endpoint off, and with it everything that is open for it. Nothing where another has done
 * so, or where something has arrived there meanwhile.
 */
export async function switchOff(
  tx: Tx,
  { target, endpoint }: Pick<ClaimedDelivery, 'target' | 'endpoint'>,
): Promise<{ readonly since: Date; readonly reason: string } | null> {
  const [row] = await tx.query<{ since: Date; reason: string }>(
    `with off as (
       update endpoints set switched_off_at = now()
       where target = $1 and endpoint = $2 and switched_off_at is null
       returning failing_since, reason
     ), dead as (
       update deliveries set dead_at = now(), leased_until = null,
         reason = 'the endpoint is switched off'
       where target = $1 and endpoint = $2 and delivered_at is null and dead_at is null
         and exists (select from off)
     )
     select failing_since as since, reason from off`,
    [target, endpoint],
  );
  return row ?? null;
}

/** Hands it back as it was taken: it was not tried. */
export async function handBack(on: Connection, { id, attempts }: Held): Promise<void> {
  await on.query(
    `update deliveries set leased_until = null, attempts = attempts - 1
     where id = $1 and attempts = $2 and delivered_at is null and dead_at is null`,
    [id, attempts],
  );
}

/** Parameters from `first` on: at, milliseconds, outcome, status, reason, answer. */
const insertAttempt = (first: number): string => `
  insert into delivery_attempts (delivery_id, at, milliseconds, outcome, status, reason, answer)
  select id, $${first}, $${first + 1}, $${first + 2}, $${first + 3}::integer, $${first + 4},
    $${first + 5}
  from booked`;

const attemptValues = ({ at, milliseconds, outcome, status, reason, answer }: Attempt) => [
  at,
  milliseconds,
  outcome,
  status,
  reason === null ? null : storableText(reason),
  answer === null ? null : storableText(answer),
];

/** Where a delivery goes, and whose it is; locked until the transaction ends. Null when there is none. */
export async function lockDelivery(
  tx: Tx,
  id: number,
): Promise<{
  readonly target: string;
  readonly endpoint: string;
  readonly definitionId: number | null;
  readonly switchedOff: boolean;
} | null> {
  const [row] = await tx.query<{
    target: string;
    endpoint: string;
    definitionId: number | null;
    switchedOff: boolean;
  }>(
    `select target, endpoint, definition_id, exists (select from endpoints e where
       e.target = d.target and e.endpoint = d.endpoint and e.switched_off_at is not null) as switched_off
     from deliveries d where id = $1 for update`,
    [id],
  );
  return row ?? null;
}

/** Opens one that is over, with all its attempts before it; false for one that is open. */
export async function reopen(tx: Tx, id: number): Promise<boolean> {
  const rows = await tx.query(
    `with opened as (
       update deliveries set delivered_at = null, dead_at = null, reason = null, attempts = 0,
         available_at = now(), leased_until = null
       where id = $1 and (delivered_at is not null or dead_at is not null)
       returning id)
     select pg_notify('kuroko_outbox', '') from opened`,
    [id],
  );
  return rows.length > 0;
}

/** False when it is not switched off. */
export async function switchOn(tx: Tx, target: string, endpoint: string): Promise<boolean> {
  const rows = await tx.query(
    `delete from endpoints where target = $1 and endpoint = $2 and switched_off_at is not null
     returning 1`,
    [target, endpoint],
  );
  return rows.length > 0;
}
