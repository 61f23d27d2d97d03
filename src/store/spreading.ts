/**
 * How far notices have been spread over the targets besides Slack. Ids are handed out before their
 * transactions commit, so that one may come to be seen after a higher one: what is missing between those
 * that were seen is a gap, which is looked at again until nothing can come of it any more. So the notices
 * themselves, which are written on the path of every step, need neither a mark nor an index for it.
 */
import type { Notice, ScheduleNotice, TestWish } from './outbox.ts';
import type { Connection, Tx } from './database.ts';

/** Begins with what happens from now on, unless it has begun already; says which targets there are. */
export async function beginSpreading(on: Connection, targets: readonly string[]): Promise<void> {
  await on.query(
    `insert into spreading (targets, position)
     select $1, (select coalesce(max(id), 0) from outbox)
     on conflict (singleton) do update set targets = excluded.targets
       where spreading.targets <> excluded.targets`,
    [targets],
  );
}

/** The targets besides Slack that something is sent to; none while nobody has begun. */
export async function configuredTargets(on: Connection): Promise<readonly string[]> {
  const [row] = await on.query<{ targets: string[] }>('select targets from spreading');
  return row?.targets ?? [];
}

/** No target is configured: what happens until one is, none is told of. */
export async function endSpreading(on: Connection): Promise<void> {
  await on.query('delete from spreading');
}

export type Spreadable = SpreadableRun | SpreadableSchedule;

interface SpreadableRun extends Notice, Spread {
  readonly instanceId: number;
  readonly tokenId: number | null;
  readonly attempt: number | null;
}

export type SpreadableSchedule = (ScheduleNotice | TestNotice) &
  Spread & { readonly instanceId: null };

interface TestNotice {
  readonly event: 'test';
  readonly payload: TestWish;
}

interface Spread {
  readonly id: number;
  readonly definitionId: number | null;
  readonly createdAt: Date;
}

/** Ids that were not to be seen, both ends included. */
interface Gap {
  readonly from: number;
  readonly to: number;
  /** Transactions from this one on had not begun when it was first seen. */
  readonly before: number;
  /** Milliseconds of the database's clock, when it was first seen. */
  readonly at: number;
}

export interface Unspread {
  readonly notices: readonly Spreadable[];
  /** There may be others. */
  readonly more: boolean;
  /** Whoever has spread them says so in the same transaction. */
  readonly done: () => Promise<void>;
}

/**
 * The next notices in the order of their ids, at most `limit` and what has come to be seen in gaps; held
 * until the transaction ends. Null where another is at it, or it has not begun.
 */
export async function takeUnspread(tx: Tx, limit: number): Promise<Unspread | null> {
  const [held] = await tx.query<{ position: number; gaps: Gap[] }>(
    'select position, gaps from spreading for update skip locked',
  );
  if (held === undefined) return null;
  const seen = await tx.query<Seen>({ name: 'unspread', text: unspreadText }, [
    held.position,
    JSON.stringify(held.gaps),
    limit,
  ]);
  const [first] = seen;
  if (first === undefined) throw new Error('a snapshot is always there');
  const notices = seen.filter((row): row is Seen & Spreadable => row.id !== null);
  const position = notices.at(-1)?.id ?? 0;
  const gaps = gapsAfter(held, notices, first);
  const fresh = notices.filter(({ id }) => id > held.position).length;
  return {
    notices,
    more: fresh === limit,
    async done() {
      const next = JSON.stringify(gaps);
      if (position <= held.position && next === JSON.stringify(held.gaps)) return;
      await tx.query('update spreading set position = greatest(position, $1), gaps = $2', [
        position,
        next,
      ]);
    },
  };
}

type Seen = Moment & (Spreadable | { readonly id: null });

interface Moment {
  /** Every transaction before this one is over, and what it wrote is seen. */
  readonly overBefore: number;
  /** No transaction from this one on has begun. */
  readonly notBegun: number;
  readonly nowMs: number;
}

const unspreadText = `
with late as (
  select o.id from jsonb_to_recordset($2::jsonb) as gap ("from" bigint, "to" bigint)
    join outbox o on o.id between gap."from" and gap."to"
), fresh as (
  select id from outbox where id > $1 order by id limit $3
)
select o.id, o.event, o.instance_id, o.definition_id, o.token_id, o.attempt, o.payload, o.created_at,
  pg_snapshot_xmin(s)::text::bigint as over_before, pg_snapshot_xmax(s)::text::bigint as not_begun,
  (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
from pg_current_snapshot() s
  left join (outbox o join (select id from late union all select id from fresh) l using (id)) on true
order by o.id`;

/**
 * A transaction has a number before it has anything to show, but may have been handed an id a moment
 * before that: a gap is not given up before so long has passed as well.
 */
const shortestGapMs = 60_000;

function gapsAfter(
  held: { readonly position: number; readonly gaps: readonly Gap[] },
  notices: readonly Spreadable[],
  { overBefore, notBegun, nowMs }: Moment,
): Gap[] {
  const ids = notices.map(({ id }) => id);
  const open = held.gaps.filter((gap) => gap.before > overBefore || nowMs - gap.at < shortestGapMs);
  const end = Math.max(held.position, ids.at(-1) ?? 0);
  const fresh = { from: held.position + 1, to: end, before: notBegun, at: nowMs };
  return [...open, fresh].flatMap((gap) => without(gap, ids));
}

/** What is left of a gap without some of its ids, which ascend. */
function without(gap: Gap, ids: readonly number[]): Gap[] {
  const left: Gap[] = [];
  let { from } = gap;
  for (const id of ids) {
    if (id < from || id > gap.to) continue;
    if (id > from) left.push({ ...gap, from, to: id - 1 });
    from = id + 1;
  }
  return from > gap.to ? left : [...left, { ...gap, from }];
}
