/** The output of an instance as server-sent events, while it is written, until the instance has ended. */
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { findInstance, type InstanceStatus } from '../../store/instances.ts';
import { partBody } from './part-body.ts';
import { positionText, type Position } from './position.ts';
import { readOn } from './read-on.ts';
import type { Database } from '../../store/database.ts';
import type { Log } from '../../log.ts';
import type { InstanceWatch } from './instance-watch.ts';

export interface StreamWish {
  readonly db: Database;
  readonly watch: InstanceWatch;
  readonly log: Log;
  readonly instanceId: number;
  readonly from: Position;
  /** Once it is over, whoever ended it. */
  readonly onEnd: () => void;
}

const heartbeatMs = 15_000;
/** Bytes that are read ahead of a reader. */
const aheadBytes = 65_536;
/** Somebody who takes nothing for so long has gone, or is to come back. */
const slowestMs = 30_000;

/**
 * Events: `output` (a part, its id is where to go on after it), `status` (when it is another one),
 * `end` (the instance has ended, and all of its output was sent). Comments keep the connection alive.
 */
export function streamOutput(wish: StreamWish): Readable {
  const stream = new PassThrough({ highWaterMark: aheadBytes });
  // Who went away is no error.
  stream.on('error', () => {});
  void send(wish, stream)
    .catch((error: unknown) => {
      if (stream.destroyed) return;
      const { message } = error as Error;
      wish.log.warn(
        { instanceId: wish.instanceId, error: message },
        'a stream of output broke off',
      );
    })
    .finally(() => {
      stream.end();
      wish.onEnd();
    });
  return stream;
}

async function send(
  { db, watch, instanceId, from }: StreamWish,
  stream: PassThrough,
): Promise<void> {
  const follower = watch.follow(instanceId);
  stream.once('close', () => follower.close());
  try {
    await write(stream, 'retry: 1000\n\n');
    let position = from;
    let told: InstanceStatus | null = null;
    while (!stream.destroyed && !follower.over) {
      // Read before the output: what is over has written all by then.
      const status = (await findInstance(db, instanceId))?.status ?? 'canceled';
      const page = await readOn(db, instanceId, position, aheadBytes);
      for (const part of page.parts) {
        await write(stream, event('output', partBody(part), positionText(part.position)));
      }
      ({ position } = page);
      if (isOver(status) && !page.more && position.open.size === 0) {
        await write(stream, event('end', { id: instanceId, status }, positionText(position)));
        return;
      }
      if (status !== told) await write(stream, event('status', { id: instanceId, status }));
      told = status;
      if (page.more) continue;
      if ((await follower.changed(heartbeatMs)) || follower.over) continue;
      await write(stream, ': still there\n\n');
    }
  } finally {
    follower.close();
  }
}

export const isOver = (status: InstanceStatus): boolean =>
  status === 'success' || status === 'canceled';

function event(name: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Throws where the reader has gone, or takes nothing for too long. */
async function write(stream: PassThrough, text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  const gone = new AbortController();
  const leave = () => gone.abort();
  const timer = setTimeout(leave, slowestMs);
  stream.once('close', leave);
  try {
    await once(stream, 'drain', { signal: gone.signal });
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    stream.off('close', leave);
  }
}
