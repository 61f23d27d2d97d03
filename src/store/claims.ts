/** Claims: an execution that a worker has taken, and nobody else may run. */
import type { TokenContext, TokenStatus } from '../workflow/token.ts';
import type { Connection } from './database.ts';

/** A claimed execution with all that its worker, and `step` at its end, will need. */
export interface Claim {
  readonly executionId: number;
  readonly fence: number;
  readonly epoch: string;
  readonly shell: string;
  readonly chdir: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number | null;
  /** Seconds between TERM and KILL; null: as configured. */
  readonly killGrace: number | null;
  readonly stopRequestedBy: string | null;
  /** Bytes of its output that are stored already: more than none when it is taken over. */
  readonly outputSize: number;
  readonly instanceId: number;
  readonly script: string;
  /** What the launch gave to the instance. */
  readonly launchEnv: Readonly<Record<string, string>>;
  /** It, or its definition before it, has failed: its success may be the first since. */
  readonly afterFailure: boolean;
  /** Another instance waits for the end of its own, or has launched it. */
  readonly awaited: boolean;
  readonly definitionId: number;
  readonly definitionName: string;
  /** Creation of the instance: KUROKO2_LAUNCHED_TIME. */
  readonly launchedAt: Date;
  readonly tokenId: number;
  readonly tokenKey: string;
  readonly tokenVersion: number;
  readonly tokenPath: string;
  readonly tokenStatus: TokenStatus;
  readonly tokenAttempt: number;
  readonly tokenContext: TokenContext;
}

type Columns = Readonly<Partial<Record<keyof Claim, string>>>;

/** Where a Claim has its values from. */
const ofExecution = {
  executionId: 'executions.id',
  fence: 'executions.fence',
  epoch: 'executions.epoch',
  shell: 'executions.shell',
  chdir: 'executions.chdir',
  env: 'executions.env',
  timeoutSeconds: 'executions.timeout_seconds',
  stopRequestedBy: 'executions.stop_requested_by',
  outputSize: 'executions.output_size',
  instanceId: 'executions.instance_id',
  tokenId: 'executions.token_id',
} satisfies Columns;
const ofInstance = {
  killGrace: 'i.kill_grace',
  script: 'i.script',
  launchEnv: 'i.env',
  afterFailure: 'i.after_failure',
  awaited: 'i.awaited or i.parent_token_id is not null',
  definitionId: 'i.definition_id',
  definitionName: 'i.definition_name',
  launchedAt: 'i.created_at',
} satisfies Columns;
const ofToken = {
  tokenKey: 't.key',
  tokenVersion: 't.version',
  tokenPath: 't.path',
  tokenStatus: 't.status',
  tokenAttempt: 't.attempt',
  tokenContext: 't.context',
} satisfies Columns;

const valuesOf = (columns: Columns): string =>
  `json_build_array(${Object.values(columns).join(', ')})`;

/**
 * As one value: columns are described anew with each answer, which for so many takes longer than to read them, and as
 * long again where each is named. Its instance and token are asked for at last, and not joined: each join would carry all
 * of their columns on.
 */
const claimValue = `json_build_array(${valuesOf(ofExecution)},
  (select ${valuesOf(ofInstance)} from instances i where i.id = executions.instance_id),
  (select ${valuesOf(ofToken)} from tokens t where t.id = executions.token_id)) as claim`;

/** A Claim as the database gives it. */
export type ClaimValue = readonly [
  execution: readonly unknown[],
  instance: readonly unknown[],
  token: readonly unknown[],
];

const columns = { ...ofExecution, ...ofInstance, ...ofToken } satisfies Record<keyof Claim, string>;
const names = Object.keys(columns);

export function claimOf([execution, instance, token]: ClaimValue): Claim {
  const values = execution.concat(instance, token);
  // A copy that has all of its properties from the start: objects of each part, put together, would take twenty times as long.
  const claim: Record<string, unknown> = { ...columns };
  let index = 0;
  for (const name of names) {
    claim[name] = values[index];
    index += 1;
  }
  // JSON knows no dates.
  claim['launchedAt'] = new Date(claim['launchedAt'] as string);
  return claim as unknown as Claim;
}

/** A worker that is free, and what it writes into the execution that it takes. */
export interface FreeWorker {
  readonly workerId: number;
  readonly queue: string;
  readonly host: string;
  /** Of the guardian that will run the command. */
  readonly epoch: string;
  /** Executions before this id are not looked at; without it all are. */
  readonly from?: number;
}

/** The worker's row, where it may take something: for `FreeWorker`s as statement parameters. */
export const mayTake = ({ workerId, epoch }: { workerId: string; epoch: string }): string => `
  select w.id, w.number from workers w join executors x on x.id = w.executor_id
  where w.id = ${workerId} and x.epoch = ${epoch} and not w.suspended and x.draining_at is null`;

/** Parameters of a statement. */
interface Taking {
  readonly queue: string;
  readonly host: string;
  readonly epoch: string;
  readonly from: string;
}

/** Takes the oldest pending execution of a queue for the worker `mine`: `taken`, its id and its claim. */
export const takeOldest = ({ queue, host, epoch, from }: Taking): string => `picked as (
  select id from executions
  where status = 'pending' and queue = ${queue} and id >= ${from} and exists (select from mine)
  order by id limit 1
  for update skip locked
), taken as (
  update executions set status = 'claimed', worker_id = mine.id, worker_number = mine.number,
    host = ${host}, epoch = ${epoch}, fence = nextval('execution_fences'), claimed_at = clock_timestamp()
  from picked, mine where executions.id = picked.id
  returning executions.id, ${claimValue}
)`;

const claimStatement = {
  name: 'claim-execution',
  text: `
with mine as (${mayTake({ workerId: '$2', epoch: '$4' })}
), ${takeOldest({ queue: '$1', host: '$3', epoch: '$4', from: '$5' })}
select claim, exists (
  select from executions where status = 'pending' and queue = $1 and id > taken.id
) as more
from taken`,
};

/**
 * Takes the oldest pending execution of a queue for a free worker; null when there is none, or the
 * worker may take none: it is suspended, its executor drains, or another has taken its place.
 * `onMore` hears when there may be others. Throws a unique violation of `executions_slot` when the
 * worker already holds one.
 */
export async function claimExecution(
  on: Connection,
  worker: FreeWorker,
  onMore: () => void = () => {},
): Promise<Claim | null> {
  const { queue, workerId, host, epoch, from = 0 } = worker;
  const [row] = await on.query<{ readonly claim: ClaimValue; readonly more: boolean }>(
    claimStatement,
    [queue, workerId, host, epoch, from],
  );
  if (row === undefined) return null;
  // Before where it looked from there may be others as well.
  if (row.more || from > 0) onMore();
  return claimOf(row.claim);
}

/** False while a worker may take nothing, whatever is pending. */
export async function mayWork(
  on: Connection,
  { workerId, epoch }: Pick<FreeWorker, 'workerId' | 'epoch'>,
): Promise<boolean> {
  const rows = await on.query(
    { name: 'may-work', text: mayTake({ workerId: '$1', epoch: '$2' }) },
    [workerId, epoch],
  );
  return rows.length === 1;
}

/** What a worker holds, as the database knows it; null when it is free. */
export async function heldExecution(on: Connection, workerId: number): Promise<Claim | null> {
  const [row] = await on.query<{ readonly claim: ClaimValue }>(
    `select ${claimValue}
     from executions where worker_id = $1 and status = 'claimed'`,
    [workerId],
  );
  return row === undefined ? null : claimOf(row.claim);
}

/** Gives a claim back whose command was not started; nothing happens when its fence is stale. */
export async function releaseExecution(
  on: Connection,
  { executionId, fence }: Pick<Claim, 'executionId' | 'fence'>,
): Promise<void> {
  await on.query(
    `with released as (
       update executions set
         status = case when stop_requested_at is null then 'pending' else 'canceled' end,
         finished_at = case when stop_requested_at is null then null else clock_timestamp() end,
         worker_id = null, worker_number = null, host = null, epoch = null, fence = null,
         claimed_at = null
       where id = $1 and fence = $2 and status = 'claimed' returning queue, status)
     select pg_notify('kuroko_work', queue)::text from released where status = 'pending'`,
    [executionId, fence],
  );
}
