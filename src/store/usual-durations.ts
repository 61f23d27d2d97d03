/** How long the commands of a step usually take: the base of every "until when". */
import type { Connection } from './database.ts';

/** A step of a definition: the same place of its script, run again and again. */
export interface Step {
  readonly definitionId: number;
  readonly path: string;
}

/** When a command that runs is expected to end, by the database's clock. */
export type ExpectedEnd =
  /** No command of this step has ended by itself yet. */
  | { readonly type: 'unknown' }
  | { readonly type: 'at'; readonly at: Date }
  /** It has taken longer than usual: it should have ended then. */
  | { readonly type: 'overdue'; readonly at: Date };

/** When an executor that takes nothing new will be empty. */
export type DrainEstimate =
  /** It is. */
  | { readonly type: 'empty' }
  | { readonly type: 'at'; readonly at: Date }
  /** So many have taken longer than usual; the others will have ended then, if there are any. */
  | { readonly type: 'overdue'; readonly overdue: number; readonly at: Date | null }
  /** Of so many commands nobody knows how long they take. */
  | { readonly type: 'unknown'; readonly unknown: number };

/** Of the newest that ended by themselves: one that was stopped says nothing. */
const sampled = 20;
/** Instances looked at: a step that is new in an old definition has no past, however long one looks. */
const instancesLookedAt = 200;

/** Median seconds by `stepKey`; a step without a past is not in it. */
export async function usualDurations(
  on: Connection,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, number>> {
  const wanted = new Map(steps.map((step) => [stepKey(step), step]));
  if (wanted.size === 0) return new Map();
  const rows = await on.query<Step & { seconds: number }>(
    `select s.definition_id, s.path, usual.seconds
     from unnest($1::bigint[], $2::text[]) as s (definition_id, path)
     cross join lateral (
       select percentile_cont(0.5) within group (order by past.seconds) as seconds from (
         select extract(epoch from e.finished_at - e.started_at)::float8 as seconds
         from (select id from instances where definition_id = s.definition_id
               order by id desc limit ${instancesLookedAt}) i
         join executions e on e.instance_id = i.id and e.path = s.path
         where e.status = 'finished' and e.exit_status is not null and e.started_at is not null
         order by e.id desc limit ${sampled}) past) usual
     where usual.seconds is not null`,
    [
      [...wanted.values()].map(({ definitionId }) => definitionId),
      [...wanted.values()].map(({ path }) => path),
    ],
  );
  return new Map(rows.map((row) => [stepKey(row), row.seconds]));
}

export const stepKey = ({ definitionId, path }: Step): string => `${definitionId} ${path}`;

/** `usual` in seconds; `now` by the clock that `since` was taken from. */
export function expectedEnd(since: Date, usual: number | undefined, now: Date): ExpectedEnd {
  if (usual === undefined) return { type: 'unknown' };
  const at = new Date(since.getTime() + usual * 1_000);
  return { type: at < now ? 'overdue' : 'at', at };
}
