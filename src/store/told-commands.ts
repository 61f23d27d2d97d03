/** The commands that notices are about, with the end of what they wrote: for those who are told at length. */
import { executionColumns, type Execution } from './executions.ts';
import { joinOutput, readOutputTail } from './output.ts';
import type { Spreadable } from './spreading.ts';
import type { Connection } from './database.ts';

export interface ToldCommand {
  readonly execution: Execution;
  readonly tail: string;
}

/** Of some 40 lines. */
const tailBytes = 16_384;

/**
 * By the id of the notice: the command that failed, that waits for a worker, that takes long, or the last
 * one that failed of an instance in ERROR. Others have none.
 */
export async function toldCommands(
  on: Connection,
  notices: readonly Spreadable[],
): Promise<ReadonlyMap<number, ToldCommand>> {
  const wishes = notices.filter(({ event }) => events.includes(event));
  if (wishes.length === 0) return new Map();
  const rows = await on.query<Execution & { noticeId: number }>(
    {
      name: 'told-commands',
      text: `
select wish.notice_id, e.*
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::int[])
  as wish (notice_id, event, instance_id, token_id, attempt)
cross join lateral (
  select ${executionColumns} from executions e
  where e.instance_id = wish.instance_id and case wish.event
    when 'failure' then e.token_id = wish.token_id and e.attempt = wish.attempt - 1
    when 'long_elapsed_time' then e.token_id = wish.token_id
    when 'unstarted' then e.unstarted_at is not null
    when 'reminder' then exists (select from tokens t where t.id = e.token_id and t.status = 'failure')
  end
  order by e.id desc limit 1) e`,
    },
    [
      wishes.map(({ id }) => id),
      wishes.map(({ event }) => event),
      wishes.map(({ instanceId }) => instanceId),
      wishes.map((notice) => (notice.instanceId === null ? null : notice.tokenId)),
      wishes.map((notice) => (notice.instanceId === null ? null : notice.attempt)),
    ],
  );
  const commands = new Map<number, ToldCommand>();
  for (const { noticeId, ...execution } of rows) {
    const ended = execution.status === 'finished' || execution.status === 'lost';
    const chunks = ended ? await readOutputTail(on, execution.id, tailBytes) : [];
    const tail = joinOutput(chunks, chunks[0]?.start ?? 0).toString('utf8');
    commands.set(noticeId, { execution, tail });
  }
  return commands;
}

const events = ['failure', 'long_elapsed_time', 'unstarted', 'reminder'];
