/** What has been run: the history of executions. */
import type { Connection } from './database.ts';

export interface EndedCommand {
  readonly executionId: number;
  readonly instanceId: number;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly path: string;
  readonly attempt: number;
  readonly shell: string;
  /** Its secrets are known from these two. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly queue: string;
  readonly status: 'finished' | 'lost';
  readonly host: string | null;
  readonly workerNumber: number | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  /** Null for one that was lost, or never started. */
  readonly seconds: number | null;
  readonly exitStatus: number | null;
  /** Without SIG. */
  readonly termSignal: string | null;
  readonly timedOut: boolean;
  /** Bytes: the most that its process group held at once; null when it was over too soon. */
  readonly peakMemory: number | null;
}

export interface HistoryFilter {
  /** All when left out. */
  readonly definitionId?: number;
  /** Ended then, or later. */
  readonly since?: Date;
  /** Execution to go on from: the last of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/** The last to end first; of one definition, without `since`, by instance: the newest first. */
export async function endedCommands(
  on: Connection,
  filter: HistoryFilter,
): Promise<EndedCommand[]> {
  const from = filter.before === undefined ? newest : await cursorOf(on, filter.before);
  const { definitionId, since, limit } = filter;
  return definitionId !== undefined && since === undefined
    ? byInstance(on, definitionId, from, limit)
    : byEnd(on, filter, from);
}

/** An execution's place in both orders. */
interface Cursor {
  readonly id: number;
  readonly instanceId: number;
  /** As text: a Date would lose the microseconds. */
  readonly finishedAt: string;
}

/** Beyond everything that there will be. */
const newest: Cursor = {
  id: Number.MAX_SAFE_INTEGER,
  instanceId: Number.MAX_SAFE_INTEGER,
  finishedAt: 'infinity',
};

/** Before nothing, if there is no such execution: housekeeping may have removed it. */
async function cursorOf(on: Connection, executionId: number): Promise<Cursor> {
  const [row] = await on.query<Cursor>(
    `select id, instance_id, coalesce(finished_at, 'infinity')::text as finished_at
     from executions where id = $1`,
    [executionId],
  );
  return row ?? { id: executionId, instanceId: 0, finishedAt: '-infinity' };
}

const columns = `
  e.id as execution_id, e.instance_id, i.definition_id, i.definition_name, e.path, e.attempt, e.shell,
  i.script, e.env, e.queue, e.status, e.host, e.worker_number, e.started_at, e.finished_at,
  case when e.status = 'finished' then
    extract(epoch from e.finished_at - e.started_at)::float8 end as seconds,
  e.exit_status, e.term_signal, e.timed_out, e.peak_memory`;

/** As the index has it; what was cancelled before it was started was never run. */
const ended = `e.status not in ('pending', 'claimed') and e.status <> 'canceled'`;

function byEnd(
  on: Connection,
  { definitionId, since, limit }: HistoryFilter,
  from: Cursor,
): Promise<EndedCommand[]> {
  return on.query<EndedCommand>(
    `select ${columns}
     from executions e join instances i on i.id = e.instance_id
     where ${ended} and e.finished_at >= coalesce($1, '-infinity'::timestamptz)
       and (e.finished_at, e.id) < ($2::timestamptz, $3)
       and ($4::bigint is null or i.definition_id = $4)
     order by e.finished_at desc, e.id desc limit $5`,
    [since ?? null, from.finishedAt, from.id, definitionId ?? null, limit],
  );
}

/** Instance by instance, so that one of few runs among many others is found without a walk through theirs. */
function byInstance(
  on: Connection,
  definitionId: number,
  from: Cursor,
  limit: number,
): Promise<EndedCommand[]> {
  return on.query<EndedCommand>(
    `select ${columns}
     from instances i
     -- Ordered, so that the planner looks them up by instance, and not all of them at once.
     cross join lateral (select * from executions e
       where e.instance_id = i.id and ${ended} and (e.instance_id, e.id) < ($2, $3)
       order by e.id desc) e
     where i.definition_id = $1 and i.id <= $2
     order by i.id desc, e.id desc limit $4`,
    [definitionId, from.instanceId, from.id, limit],
  );
}
