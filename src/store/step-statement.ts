/**
 * The SQL of a step: one statement, made of the parts that the step has. Each part costs its place
 * in the plan whether it has anything to do or not: the statement of all parts took a quarter more
 * of the server's time than that of the parts that an ordinary step has.
 */
import { mayTake, takeOldest } from './claims.ts';
import { wakersLookEverySeconds } from './due-tokens.ts';
import { insertEnds } from './events.ts';
import { storableJson, storableText } from './storable.ts';
import type { StepCommit } from './commit-step.ts';
import type { Statement } from './database.ts';

/** The statement for a step, and its parameters. */
export function stepStatement(step: StepCommit): {
  readonly statement: Statement;
  readonly values: readonly unknown[];
} {
  const shape = shapeOf(step);
  const key = JSON.stringify(shape);
  let made = kept.get(key);
  if (made === undefined) kept.set(key, (made = compose(shape, `commit-step-${kept.size}`)));
  return { statement: made.statement, values: made.values.map((value) => value(step)) };
}

/** Which parts a step has. */
interface Shape {
  readonly instance: boolean;
  readonly result: boolean;
  readonly output: boolean;
  readonly stop: boolean;
  readonly wake: boolean;
  readonly expected: boolean;
  readonly branches: boolean;
  readonly joins: boolean;
  /** Another instance may have to hear of it. */
  readonly heard: boolean;
  readonly fails: boolean;
  /** `own`: on the queue of the worker that is freed, which goes on with it. */
  readonly next: 'none' | 'own' | 'pending';
  /** The freed worker takes the oldest of its queue. */
  readonly other: boolean;
  readonly logs: Rows;
  readonly notices: Rows;
}

/** One alone is written as it is: a set of rows, numbered and sorted, takes a tenth of the statement. */
type Rows = 'none' | 'one' | 'many';

const rows = ({ length }: readonly unknown[]): Rows =>
  length === 0 ? 'none' : length === 1 ? 'one' : 'many';

function shapeOf(step: StepCommit): Shape {
  const { result, next, freed } = step;
  const own = next !== null && freed !== null && next.queue === freed.queue;
  const instance =
    step.joins || step.cancel || step.fails || step.activeDelta !== 0 || step.failedDelta !== 0;
  return {
    instance,
    heard: instance && step.awaited,
    result: result !== null,
    output: result !== null && result.output.length > 0,
    stop: step.stopBy !== null,
    wake: step.wakeSeconds !== null,
    expected: step.expected !== null,
    branches: step.openBranches !== null,
    joins: step.joins,
    fails: step.fails,
    next: next === null ? 'none' : own ? 'own' : 'pending',
    other: freed !== null && !own,
    logs: rows(step.logs),
    notices: rows(step.notices),
  };
}

type Value = (step: StepCommit) => unknown;

interface Made {
  readonly statement: Statement;
  readonly values: readonly Value[];
}

const kept = new Map<string, Made>();

/** A parameter's place in the text, given what is to be sent there. */
type Bind = (value: Value) => string;

function compose(shape: Shape, name: string): Made {
  const values: Value[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const parts = [
    shape.instance && touched(shape, bind),
    shape.joins && forked(bind),
    moved(shape, bind),
    shape.joins && joined,
    shape.result && recorded(shape, bind),
    shape.output && stored(bind),
    shape.stop && stopped(bind),
    (shape.other || shape.next === 'own') && mine(bind),
    shape.next === 'own' && nextOfWorker(bind),
    shape.next === 'pending' && nextPending(bind),
    shape.other && other(bind),
    shape.instance && changed(shape, bind),
    shape.fails && failing,
    shape.heard && `ended as (${insertEnds('changed')})`,
    shape.logs === 'one' && loggedOne(bind),
    shape.logs === 'many' && logged(bind),
    shape.notices === 'one' && noticedOne(bind),
    shape.notices === 'many' && noticed(bind),
  ].filter((part) => part !== false);
  const text = `with ${parts.join(', ')}\n${outcome(shape)}`;
  return { statement: { name, text }, values };
}

/** Before all else: instance, token, execution is the order of locks. */
const touched = ({ heard }: Shape, bind: Bind) => `touched as materialized (
  select id from instances
  where id = ${bind((step) => step.instanceId)} ${heard ? '' : 'and not awaited'}
  for no key update
)`;

/** The fork of a branch that is not its last. */
const forked = (bind: Bind) => `forked as materialized (
  select id from tokens
  where id = (select parent_id from tokens where id = ${bind((step) => step.tokenId)})
    and open_children > 1 and exists (select from touched)
  for no key update
)`;

const moved = ({ instance, wake, expected, branches, joins }: Shape, bind: Bind) => `moved as (
  update tokens set path = ${bind(({ token }) => token.path)},
    status = ${bind(({ token }) => token.status)}, attempt = ${bind(({ token }) => token.attempt)},
    context = ${bind(({ token }) => storableJson(token.context))}::jsonb,
    ${
      expected
        ? `expected_at = created_at + make_interval(mins => ${bind((step) => step.expected?.minutes)}),`
        : ''
    }
    ${branches ? `open_children = ${bind((step) => step.openBranches)},` : ''}
    version = version + 1, entered_at = clock_timestamp(), wake_at = ${
      wake
        ? `clock_timestamp() + make_interval(secs => ${bind((step) => step.wakeSeconds)})`
        : 'null'
    }
  where id = ${bind((step) => step.tokenId)} and version = ${bind((step) => step.version)}
    ${instance ? 'and exists (select from touched)' : ''}
    ${joins ? 'and exists (select from forked)' : ''}
  returning id, instance_id, path, attempt, wake_at
)`;

const joined = `joined as (
  update tokens set open_children = open_children - 1
  from forked where tokens.id = forked.id and exists (select from moved)
)`;

const recorded = ({ instance, heard, joins }: Shape, bind: Bind) => `recorded as (
  update executions set status = 'finished',
    exit_status = ${bind(({ result }) => result?.exitStatus)},
    term_signal = ${bind(({ result }) => result?.termSignal)},
    timed_out = ${bind(({ result }) => result?.timedOut)},
    pid = coalesce(${bind(({ result }) => result?.pid)}, pid),
    started_at = coalesce(${bind(({ result }) => result?.startedAt?.toISOString())}, started_at),
    finished_at = ${bind(({ result }) => result?.finishedAt.toISOString())},
    output_size = ${bind(({ result }) => result?.outputSize)},
    peak_memory = ${bind(({ result }) => result?.peakMemory)}
  where id = ${bind(({ result }) => result?.executionId)}
    and fence = ${bind(({ result }) => result?.fence)}
    -- A parameter: the planner would find it by walking all slots, and all that were freed lately.
    and status = ${bind(() => 'claimed')} and (select count(*) from moved) >= 0
    ${instance && !heard ? 'and exists (select from touched)' : ''}
    ${joins ? 'and exists (select from forked)' : ''}
  returning id
)`;

const stored = (bind: Bind) => `stored as (
  insert into output (execution_id, start_offset, bytes)
  select recorded.id, chunk.start_offset, chunk.bytes
  from recorded, unnest(${bind(({ result }) => result?.output.map(({ start }) => start))}::bigint[],
    ${bind(({ result }) => result?.output.map(({ bytes }) => bytes))}::bytea[])
    as chunk (start_offset, bytes)
  on conflict (execution_id, start_offset) do update set bytes = excluded.bytes
)`;

const stopped = (bind: Bind) => `stopped as (
  update executions set
    status = case status when 'pending' then 'canceled' else status end,
    finished_at = case status when 'pending' then clock_timestamp() end,
    stop_requested_at = clock_timestamp(), stop_requested_by = ${bind((step) => step.stopBy)}
  where token_id = ${bind((step) => step.tokenId)} and status in ('pending', 'claimed')
    and id is distinct from ${bind(({ result }) => result?.executionId)}::bigint
    and exists (select from moved)
  returning id, status
)`;

/** The freed worker, where it may take something. */
const mine = (bind: Bind) => `mine as (
  ${mayTake({ workerId: bind(({ freed }) => freed?.workerId), epoch: bind(({ freed }) => freed?.epoch) })}
    -- It is free once the result is in the books: before, the slot's unique index would refuse.
    and exists (select from recorded)
)`;

const nextColumns = `instance_id, token_id, path, attempt, shell, chdir, env, queue, timeout_seconds`;

const nextValues = (bind: Bind) => `moved.instance_id, moved.id, moved.path, moved.attempt,
    ${bind(({ next }) => next?.shell)}, ${bind(({ next }) => next?.chdir)},
    ${bind(({ next }) => storableJson(next?.env))}::jsonb, ${bind(({ next }) => next?.queue)},
    ${bind(({ next }) => next?.timeoutSeconds)}::integer`;

const nextPending = (bind: Bind) => `next as (
  insert into executions (${nextColumns})
  select ${nextValues(bind)}
  from moved
  returning id, fence, queue, status
)`;

const nextOfWorker = (bind: Bind) => `next as (
  insert into executions (${nextColumns},
    status, worker_id, worker_number, host, epoch, fence, claimed_at)
  select ${nextValues(bind)},
    case when mine.id is null then 'pending'::execution_status else 'claimed' end, mine.id, mine.number,
    case when mine.id is not null then ${bind(({ freed }) => freed?.host)} end,
    case when mine.id is not null then ${bind(({ freed }) => freed?.epoch)} end,
    case when mine.id is not null then nextval('execution_fences') end,
    case when mine.id is not null then clock_timestamp() end
  from moved left join mine on true
  returning id, fence, queue, status
)`;

const other = (bind: Bind) =>
  takeOldest({
    queue: bind(({ freed }) => freed?.queue),
    host: bind(({ freed }) => freed?.host),
    epoch: bind(({ freed }) => freed?.epoch),
    from: bind(({ freed }) => freed?.from ?? 0),
  });

function changed({ fails, heard }: Shape, bind: Bind): string {
  const active = `active_tokens + ${bind((step) => step.activeDelta)}`;
  const failed = `failed_tokens + ${bind((step) => step.failedDelta)}`;
  const cancel = `${bind((step) => step.cancel)}::boolean`;
  return `changed as (
  update instances set
    active_tokens = ${active}, failed_tokens = ${failed},${fails ? ' after_failure = true,' : ''}
    status = case when ${cancel} then 'canceled'::instance_status
      when ${active} = 0 then 'success'
      when ${failed} > 0 then 'error'
      else 'working' end,
    canceled_at = case when ${cancel} then clock_timestamp() end,
    finished_at = case when not ${cancel} and ${active} = 0 then clock_timestamp() end,
    error_at = case when ${cancel} then error_at
      when ${failed} > 0 then coalesce(error_at, clock_timestamp()) end
  where id = ${bind((step) => step.instanceId)} and finished_at is null and canceled_at is null
    and exists (select from moved)
  returning id, status${fails ? ', definition_id' : ''}${heard ? ', awaited, parent_token_id, parent_attempt' : ''}
)`;
}

/** Its next success is told of. */
const failing = `failing as (
  insert into failing_definitions (definition_id) select definition_id from changed
  on conflict do nothing
)`;

const logged = (bind: Bind) => `logged as (
  insert into logs (instance_id, token_id, level, message)
  select moved.instance_id, moved.id, line.level, line.message
  from moved, unnest(${bind(({ logs }) => logs.map(({ level }) => level))}::text[],
    ${bind(({ logs }) => logs.map(({ message }) => storableText(message)))}::text[])
    with ordinality as line (level, message, position)
  order by line.position
)`;

const loggedOne = (bind: Bind) => `logged as (
  insert into logs (instance_id, token_id, level, message)
  select instance_id, id, ${bind(({ logs }) => logs[0]?.level)}::log_level,
    ${bind(({ logs }) => storableText(logs[0]?.message ?? ''))}
  from moved
)`;

const noticedOne = (bind: Bind) => `noticed as (
  insert into outbox (target, event, instance_id, token_id, attempt, payload)
  select 'slack', ${bind(({ notices }) => notices[0]?.event)}::outbox_event, instance_id, id, attempt,
    ${bind(({ notices }) => storableJson(notices[0]?.payload))}::jsonb
  from moved
)`;

const noticed = (bind: Bind) => `noticed as (
  insert into outbox (target, event, instance_id, token_id, attempt, payload)
  select 'slack', notice.event, moved.instance_id, moved.id, moved.attempt,
    notice.payload
  from moved, unnest(${bind(({ notices }) => notices.map(({ event }) => event))}::text[],
    ${bind(({ notices }) => notices.map(({ payload }) => storableJson(payload)))}::jsonb[])
    with ordinality as notice (event, payload, position)
  order by notice.position
)`;

/** What came of it, and the news for others. */
function outcome(shape: Shape): string {
  const { instance, heard, result, stop, wake, next, other: takes, notices } = shape;
  const told = [
    next !== 'none' &&
      `(select pg_notify('kuroko_work', queue)::text from next where status = 'pending')`,
    wake &&
      `(select pg_notify('kuroko_wake', '')::text from moved
        where wake_at < clock_timestamp() + make_interval(secs => ${wakersLookEverySeconds}))`,
    heard && `(select pg_notify('kuroko_wake', '')::text from ended limit 1)`,
    stop &&
      `(select count(pg_notify('kuroko_stop', id::text)::text) from stopped
        where status = 'claimed')`,
    // Of a result its caller tells: see tell-notifier.
    notices !== 'none' && !result && `(select pg_notify('kuroko_outbox', '')::text from moved)`,
  ].filter((news) => news !== false);
  const columns = [
    `exists (select from moved) as moved`,
    result && `exists (select from recorded) as recorded`,
    next !== 'none' && `next.id as next_id, next.fence as next_fence`,
    instance && `changed.status as instance_status`,
    told.length > 0 && `concat(${told.join(', ')}) as told`,
    takes && `taken.claim`,
  ].filter((column) => column !== false);
  const asked = [next !== 'none' && 'next', instance && 'changed', takes && 'taken']
    .filter((part) => part !== false)
    .map((part) => `left join ${part} on true`);
  return `select ${columns.join(',\n  ')}\nfrom (select) as one ${asked.join(' ')}`;
}
