/** Writes the tokens that a step has begun, with their executions, log and notices, in one statement. */
import { storableJson } from './storable.ts';
import { wakersLookEverySeconds } from './due-tokens.ts';
import type { NextExecution } from './commit-step.ts';
import type { Tx } from './database.ts';
import type { Notice } from './outbox.ts';
import type { LogLevel } from '../workflow/effect.ts';
import type { Masked } from '../workflow/mask.ts';
import type { Token } from '../workflow/token.ts';

export interface NewBranch extends Token {
  /** Of a token of the instance, or of another of the new ones. */
  readonly parentKey: string;
  readonly openBranches: number;
  readonly wakeSeconds: number | null;
  /** Minutes of age at which to warn of it; null never. */
  readonly expectedMinutes: number | null;
  readonly execution: NextExecution | null;
  readonly logs: readonly { readonly level: LogLevel; readonly message: Masked }[];
  readonly notices: readonly Notice[];
}

/** The counters of the instance are the caller's to change. */
export async function insertBranches(
  tx: Tx,
  instanceId: number,
  branches: readonly NewBranch[],
): Promise<void> {
  if (branches.length === 0) return;
  await tx.query({ name: 'insert-branches', text }, [instanceId, storableJson(branches)]);
}

const text = `
with input as materialized (
  select nextval(pg_get_serial_sequence('tokens', 'id')) as id, r.*
  from jsonb_to_recordset($2::jsonb) as r (key text, "parentKey" text, path text, status text,
    attempt int, context jsonb, "openBranches" int, "wakeSeconds" float8,
    "expectedMinutes" int, execution jsonb, logs jsonb, notices jsonb)
), begun as (
  insert into tokens (id, instance_id, key, parent_id, path, status, attempt, context,
    open_children, wake_at, expected_at)
  select i.id, $1, i.key, coalesce(p.id, t.id), i.path, i.status, i.attempt, i.context,
    i."openBranches", clock_timestamp() + make_interval(secs => i."wakeSeconds"),
    now() + make_interval(mins => i."expectedMinutes")
  from input i left join input p on p.key = i."parentKey"
    left join tokens t on t.instance_id = $1 and t.key = i."parentKey"
), ready as (
  insert into executions (instance_id, token_id, path, attempt, shell, chdir, env, queue,
    timeout_seconds)
  select $1, id, path, attempt, execution->>'shell', execution->>'chdir', execution->'env',
    execution->>'queue', (execution->>'timeoutSeconds')::int
  from input where jsonb_typeof(execution) = 'object' order by id
  returning queue
), logged as (
  insert into logs (instance_id, token_id, level, message)
  select $1, id, line->>'level', line->>'message'
  from input, jsonb_array_elements(logs) with ordinality as l (line, position)
  order by id, position
), noticed as (
  insert into outbox (target, event, instance_id, token_id, attempt, payload)
  select 'slack', notice->>'event', $1, id, attempt, notice->'payload'
  from input, jsonb_array_elements(notices) with ordinality as n (notice, position)
  order by id, position
  returning 1
)
select
  (select count(pg_notify('kuroko_work', queue)::text) from (select distinct queue from ready) q),
  (select pg_notify('kuroko_outbox', '')::text where exists (select from noticed)),
  (select pg_notify('kuroko_wake', '')::text
    where exists (select from input where "wakeSeconds" < ${wakersLookEverySeconds}))`;
