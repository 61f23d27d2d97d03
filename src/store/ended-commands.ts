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
export function endedCommands(on: Connection, filter: HistoryFilter): Promise<EndedCommand[]> {
  const { definitionId, since, before, limit } = filter;
  return definitionId !== undefined && since === undefined
    ? byInstance(on, definitionId, before, limit)
    : byEnd(on, filter);
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
  { definitionId, since, before, limit }: HistoryFilter,
): Promise<EndedCommand[]> {
  return on.query<EndedCommand>(
    `select ${columns}
     from executions e join instances i on i.id = e.instance_id
     where ${ended} and e.finished_at >= coalesce($1, '-infinity'::timestamptz)
       and (e.finished_at, e.id) < (coalesce((select finished_at from executions where id = $2), 'infinity'), $2)
       and ($3::bigint is null or i.definition_id = $3)
     order by e.finished_at desc, e.id desc limit $4`,
    [since ?? null, before ?? largestId, definitionId ?? null, limit],
  );
}

/** Instance by instance, so that one of few runs among many others is found without a walk through theirs. */
function byInstance(
  on: Connection,
  definitionId: number,
  before: number | undefined,
  limit: number,
): Promise<EndedCommand[]> {
  return on.query<EndedCommand>(
    `select ${columns}
     from instances i join executions e on e.instance_id = i.id
     where ${ended} and i.definition_id = $1
       and i.id <= coalesce((select instance_id from executions where id = $2), $2)
       and (i.id, e.id) < (coalesce((select instance_id from executions where id = $2), $2), $2)
     order by i.id desc, e.id desc limit $3`,
    [definitionId, before ?? largestId, limit],
  );
}

/** Beyond every id that there will be. */
const largestId = Number.MAX_SAFE_INTEGER;
