/** What commands wrote, as bytes in chunks; head and tail where there was too much. */
import type { Connection } from './database.ts';
import type { OutputChunk } from './commit-step.ts';

/**
 * Whoever takes a command over may still be behind its predecessor's last write: nothing stored gets shorter.
 *
 * Adds chunks of a running execution and forgets the middle: of what lies beyond the first
 * `head` bytes only what reaches beyond `keepFrom` stays. Refused when the fence is stale.
 */
export async function appendOutput(
  on: Connection,
  execution: { readonly executionId: number; readonly fence: number },
  chunks: readonly OutputChunk[],
  kept: { readonly head: number; readonly keepFrom: number; readonly size: number },
): Promise<boolean> {
  const rows = await on.query(
    {
      name: 'append-output',
      text: `
with mine as (
  update executions set output_size = greatest(output_size, $7) where id = $1 and fence = $2 and status = 'claimed' returning id
), forgotten as (
  delete from output using mine
  where execution_id = mine.id and start_offset >= $5 and start_offset + length(bytes) <= $6
), written as (
  insert into output (execution_id, start_offset, bytes)
  select mine.id, chunk.start_offset, chunk.bytes
  from mine, unnest($3::bigint[], $4::bytea[]) as chunk (start_offset, bytes)
  on conflict (execution_id, start_offset) do update set bytes = excluded.bytes
    where length(excluded.bytes) > length(output.bytes)
)
select id from mine`,
    },
    [
      execution.executionId,
      execution.fence,
      chunks.map(({ start }) => start),
      chunks.map(({ bytes }) => bytes),
      kept.head,
      kept.keepFrom,
      kept.size,
    ],
  );
  return rows.length === 1;
}

/** Chunks of one execution from an offset on, in order. */
export async function readOutput(
  on: Connection,
  executionId: number,
  from = 0,
): Promise<OutputChunk[]> {
  const chunks = await on.query<OutputChunk>(
    `select start_offset as start, bytes from output
     where execution_id = $1 and start_offset + length(bytes) > $2 order by start_offset`,
    [executionId, from],
  );
  return eachByteOnce(chunks);
}

/** The same, about so many bytes of it: whoever reads on in parts holds no more than twice that. */
export async function readOutputPart(
  on: Connection,
  executionId: number,
  from: number,
  bytes: number,
): Promise<OutputChunk[]> {
  const chunks = await on.query<OutputChunk>(
    `select greatest(start_offset, $2::bigint) as start,
       substring(bytes from greatest($2 - start_offset, 0)::int + 1 for $3) as bytes
     from (
       select start_offset, bytes,
         sum(length(bytes)) over (order by start_offset) - length(bytes) as before
       from output where execution_id = $1 and start_offset + length(bytes) > $2) o
     where before < $3 order by start_offset`,
    [executionId, from, bytes],
  );
  return eachByteOnce(chunks);
}

/** The last `bytes` bytes that were kept, as chunks in order. */
export async function readOutputTail(
  on: Connection,
  executionId: number,
  bytes: number,
): Promise<OutputChunk[]> {
  const chunks = await on.query<OutputChunk>(
    `select start_offset as start, bytes from (
       select start_offset, bytes, sum(length(bytes)) over (order by start_offset desc) as reach
       from output where execution_id = $1) o
     where reach - length(bytes) < $2 order by start_offset`,
    [executionId, bytes],
  );
  return eachByteOnce(chunks);
}

/** Chunks as one text; where something is not there any more, how much. */
export function joinOutput(chunks: readonly OutputChunk[], from = 0): Buffer {
  let next = from;
  const parts = chunks.flatMap(({ start, bytes }) => {
    const missing = start - next;
    next = start + bytes.length;
    return missing > 0
      ? [Buffer.from(`\n[... ${missing} bytes were not kept ...]\n`), bytes]
      : [bytes];
  });
  return Buffer.concat(parts);
}

/** A write whose answer was lost is written again, and may have been cut differently then. */
function eachByteOnce(chunks: readonly OutputChunk[]): OutputChunk[] {
  let next = 0;
  return chunks.flatMap(({ start, bytes }) => {
    const known = Math.max(0, next - start);
    next = Math.max(next, start + bytes.length);
    return known < bytes.length ? [{ start: start + known, bytes: bytes.subarray(known) }] : [];
  });
}
