/** Where in Slack an instance has been told of, and in what words. */
import type { Connection, Tx } from './database.ts';

export interface SlackMessage {
  readonly id: number;
  readonly instanceId: number;
  /**
   * `run`: the one message of the run, of the token and attempt that failed where another stands for
   * it; replies in its thread: `failure`, one a token and attempt,
   * `unstarted`, and `reminder`, by their number as the attempt; `skipped`, as a failure; `normal`, that
   * it is again; `backlog`: of the instance's queue, in the default channel.
   */
  readonly kind:
    | 'run'
    | 'failure'
    | 'unstarted'
    | 'backlog'
    | 'reminder'
    | 'late'
    | 'skipped'
    | 'normal';
  readonly tokenId: number | null;
  readonly attempt: number;
  readonly channel: string;
  readonly ts: string;
  /** `ts` of the message whose thread it is in; null where it stands by itself. */
  readonly thread: string | null;
  /** The channel as it was asked for: an id or a name. */
  readonly wanted: string | null;
  /** Of a failure: what makes two of them the same to people. */
  readonly cause: string | null;
  /** The message that stands for it in the channel. */
  readonly foldedInto: number | null;
  /** Of the content last sent: an edit that changes nothing is not sent. */
  readonly digest: string;
  readonly goneAt: Date | null;
  readonly updatedAt: Date;
}

export type NewSlackMessage = Omit<SlackMessage, 'id' | 'goneAt' | 'updatedAt'>;

const columnsOf = (table: string): string =>
  [
    'id, instance_id, kind, token_id, attempt, channel, ts, thread, wanted, cause, folded_into',
    'digest, gone_at, updated_at',
  ]
    .join(', ')
    .split(', ')
    .map((column) => `${table}.${column}`)
    .join(', ');
const columns = columnsOf('slack_messages');

export function slackMessagesOf(on: Connection, instanceId: number): Promise<SlackMessage[]> {
  return on.query<SlackMessage>(
    `select ${columns} from slack_messages where instance_id = $1 order by id`,
    [instanceId],
  );
}

/** Whether an instance of one of these messages is in ERROR, another than the one given. */
export async function otherWaits(
  on: Connection,
  messageIds: readonly number[],
  instanceId: number,
): Promise<boolean> {
  const rows = await on.query(
    `select 1 from slack_messages m join instances i on i.id = m.instance_id
     where m.id = any($1) and i.id <> $2 and i.status = 'error' limit 1`,
    [messageIds, instanceId],
  );
  return rows.length > 0;
}

/** The message at a place, for a click or a mention in its thread. */
export async function slackMessageAt(
  on: Connection,
  channel: string,
  ts: string,
): Promise<SlackMessage | null> {
  const [row] = await on.query<SlackMessage>(
    `select ${columns} from slack_messages where channel = $1 and ts = $2`,
    [channel, ts],
  );
  return row ?? null;
}

export async function insertSlackMessage(
  on: Connection,
  message: NewSlackMessage,
): Promise<SlackMessage> {
  const [row] = await on.query<SlackMessage>(
    `insert into slack_messages (instance_id, kind, token_id, attempt, channel, ts, digest, thread,
       wanted, cause, folded_into)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (instance_id, kind, coalesce(token_id, 0), attempt)
       do update set instance_id = excluded.instance_id
     returning ${columns}`,
    [
      message.instanceId,
      message.kind,
      message.tokenId,
      message.attempt,
      message.channel,
      message.ts,
      message.digest,
      message.thread,
      message.wanted,
      message.cause,
      message.foldedInto,
    ],
  );
  if (row === undefined) throw new Error('a message could not be booked');
  return row;
}

/** Of a cause, shown by themselves in a channel within the hour; newest first. */
export function shownOfCause(
  on: Connection,
  cause: string,
  wanted: string,
): Promise<SlackMessage[]> {
  return on.query<SlackMessage>(
    `select ${columns} from slack_messages
     where cause = $1 and wanted = $2 and folded_into is null and gone_at is null
       and created_at > now() - interval '1 hour'
     order by id desc limit 10`,
    [cause, wanted],
  );
}

/** How many a message stands for, and when the last of them was told. */
export async function repeatsOf(
  on: Connection,
  messageId: number,
): Promise<{ count: number; lastAt: Date | null }> {
  const [row] = await on.query<{ count: number; lastAt: Date | null }>(
    'select count(*), max(created_at) as last_at from slack_messages where folded_into = $1',
    [messageId],
  );
  return row ?? { count: 0, lastAt: null };
}

/** The message of the first launch that an instance was in the way of, while it is there. */
export async function firstPrevented(on: Connection, by: number): Promise<SlackMessage | null> {
  const [row] = await on.query<SlackMessage>(
    `select ${columns}
     from instances other
       join instances i on i.definition_id = other.definition_id and i.id > other.id
         and i.prevented_by = other.id
       join slack_messages on slack_messages.instance_id = i.id and kind = 'run' and gone_at is null
     where other.id = $1 order by i.id limit 1`,
    [by],
  );
  return row ?? null;
}

/**
 * The message in whose thread an instance is told to have succeeded: that of the failures since the last
 * success before it, where all of them were told of there; null where one was shown by itself.
 */
export async function quietFailure(
  on: Connection,
  { id, definitionId }: { readonly id: number; readonly definitionId: number },
  wanted: string,
): Promise<SlackMessage | null> {
  const [row] = await on.query<SlackMessage>(
    `select ${columnsOf('head')}
     from (
       select max(m.folded_into) as head_id, bool_or(m.folded_into is null) as shown
       from instances i join slack_messages m on m.instance_id = i.id
       where i.definition_id = $1 and i.id <= $2 and i.id > coalesce((
           select max(s.id) from instances s
           where s.definition_id = $1 and s.id < $2 and s.status = 'success'), 0)
         and m.cause is not null and m.kind <> 'skipped' and m.wanted = $3) told
       join slack_messages head on head.id = told.head_id
     where not told.shown and head.gone_at is null`,
    [definitionId, id, wanted],
  );
  return row ?? null;
}

export async function noteSlackEdit(on: Connection, id: number, digest: string): Promise<void> {
  await on.query('update slack_messages set digest = $2, updated_at = now() where id = $1', [
    id,
    digest,
  ]);
}

/** Nothing had changed: it is the others' turn to be looked at. */
export async function noteSlackLook(on: Connection, id: number): Promise<void> {
  await on.query('update slack_messages set updated_at = now() where id = $1', [id]);
}

/** Somebody deleted it, or its channel was archived: it is edited no more. */
export async function noteSlackGone(on: Connection, id: number): Promise<void> {
  await on.query('update slack_messages set gone_at = now() where id = $1', [id]);
}

/** These channels have lost all their messages: open instances are told of there anew. */
export async function forgetSlackMessages(tx: Tx, channels: readonly string[]): Promise<void> {
  await tx.query(
    `with forgotten as (delete from slack_messages where channel = any($1) returning instance_id)
     insert into outbox (target, event, instance_id, token_id, attempt, payload)
     select 'slack', case i.status when 'error' then 'failure' else 'launch' end, i.id, t.id,
       t.attempt, '{"message":null}'
     from instances i join tokens t on t.instance_id = i.id
     where i.id in (select instance_id from forgotten) and i.status in ('working', 'error')
       and (t.status = 'failure' or i.status = 'working' and t.status in ('working', 'waiting'))`,
    [channels],
  );
}

/** Instances that still run, have a message, and have moved since it was last edited. */
export async function instancesToRefresh(on: Connection, minSeconds: number): Promise<number[]> {
  const rows = await on.query<{ instanceId: number }>(
    `select m.instance_id from slack_messages m join instances i on i.id = m.instance_id
     where i.status = 'working' and m.kind = 'run' and m.gone_at is null
       and m.updated_at < now() - make_interval(secs => $1)
     order by m.updated_at limit 50`,
    [minSeconds],
  );
  return rows.map(({ instanceId }) => instanceId);
}
