/** Where in Slack an instance has been told of, and in what words. */
import type { Connection, Tx } from './database.ts';

export interface SlackMessage {
  readonly id: number;
  readonly instanceId: number;
  /**
   * `run`: the one message of the run; replies in its thread: `failure`, one a token and attempt,
   * `unstarted`, and `reminder`, by their number as the attempt; `backlog`: of the instance's queue,
   * in the default channel.
   */
  readonly kind: 'run' | 'failure' | 'unstarted' | 'backlog' | 'reminder' | 'late';
  readonly tokenId: number | null;
  readonly attempt: number;
  readonly channel: string;
  readonly ts: string;
  /** Of the content last sent: an edit that changes nothing is not sent. */
  readonly digest: string;
  readonly goneAt: Date | null;
  readonly updatedAt: Date;
}

const columns =
  'id, instance_id, kind, token_id, attempt, channel, ts, digest, gone_at, updated_at';

export function slackMessagesOf(on: Connection, instanceId: number): Promise<SlackMessage[]> {
  return on.query<SlackMessage>(
    `select ${columns} from slack_messages where instance_id = $1 order by id`,
    [instanceId],
  );
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
  message: Omit<SlackMessage, 'id' | 'goneAt' | 'updatedAt'>,
): Promise<void> {
  await on.query(
    `insert into slack_messages (instance_id, kind, token_id, attempt, channel, ts, digest)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      message.instanceId,
      message.kind,
      message.tokenId,
      message.attempt,
      message.channel,
      message.ts,
      message.digest,
    ],
  );
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
