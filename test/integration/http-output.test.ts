import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstanceWatch } from '../../src/http/output/instance-watch.ts';
import { beginning, type Position } from '../../src/http/output/position.ts';
import { mostOpen, readOn } from '../../src/http/output/read-on.ts';
import { streamOutput } from '../../src/http/output/stream-output.ts';
import { appendOutput } from '../../src/store/output.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { handWorker } from '../support/hand-worker.ts';
import { until } from '../support/until.ts';
import type { Claim } from '../../src/store/claims.ts';
import type { Database } from '../../src/store/database.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.stop());

let queues = 0;

async function launched(script: string) {
  const queue = `output-${(queues += 1)}`;
  const { id } = await api.save({ name: queue, script: `queue: ${queue}\n${script}` });
  const response = await fetch(`${api.url}/v1/definitions/${id}/instances`, {
    method: 'POST',
    headers: { authorization: api.authorization },
  });
  const { id: instance } = (await response.json()) as { id: number };
  const worker = await handWorker(api.db, queue);
  return { worker, instance, url: `${api.url}/v1/definitions/${id}/instances/${instance}/output` };
}

/** As the executor does while a command runs. */
async function write(claim: Claim, start: number, text: string | Buffer): Promise<void> {
  const bytes = Buffer.from(text as string);
  const kept = { head: 1e9, keepFrom: 0, size: start + bytes.length };
  expect(await appendOutput(api.db, claim, [{ start, bytes }], kept)).toBe(true);
}

interface Event {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: { readonly text: string; readonly from: number; readonly status: string };
}

/** Follows, event by event, until the server ends it or the test does. */
async function follow(url: string, lastEventId?: string) {
  const aborted = new AbortController();
  const response = await fetch(url, {
    headers: {
      authorization: api.authorization,
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: aborted.signal,
  });
  const events: Event[] = [];
  const ended = (async () => {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const [name, data] = [field('event'), field('data')];
        if (name === undefined || data === undefined) continue;
        events.push({ name, id: field('id'), data: JSON.parse(data) as Event['data'] });
      }
    }
  })().catch(() => {});
  return {
    response,
    events,
    ended,
    text: () => events.map(({ data }) => data.text ?? '').join(''),
    leave: () => aborted.abort(),
  };
}

const page = async (url: string, query = '') => {
  const response = await fetch(url + query, { headers: { authorization: api.authorization } });
  return (await response.json()) as {
    output: { path: string; from: number; to: number; text: string }[];
    next_cursor: string | null;
  };
};

describe('a page of output', () => {
  it('has a part for each command, and goes on where it ended', async () => {
    const { worker, url } = await launched('execute: one\nexecute: two\n');
    await worker.end(await worker.claim(), 0, 'x'.repeat(3_000));
    const first = await page(url, '?limit=1024');
    expect(first.output).toMatchObject([{ path: '/1-execute', from: 0, to: 1_024 }]);
    await worker.end(await worker.claim(), 0, 'the end');
    let text = first.output[0]?.text ?? '';
    for (let cursor = first.next_cursor; cursor !== null;) {
      const next = await page(url, `?limit=1024&cursor=${cursor}`);
      text += next.output.map((part) => part.text).join('|');
      cursor = next.next_cursor;
    }
    expect(text.replace('|', '')).toBe(`${'x'.repeat(3_000)}the end`);
  });

  it('says what was not kept, and never cuts a character', async () => {
    const { worker, url } = await launched('execute: one\n');
    const claim = await worker.claim();
    await write(claim, 0, 'head ');
    await write(claim, 1_000, Buffer.from('🦊').subarray(0, 2));
    const first = await page(url);
    expect(first.output.map(({ text }) => text).join('')).toBe(
      'head \n[... 995 bytes were not kept ...]\n',
    );
    await write(claim, 1_002, Buffer.from('🦊').subarray(2));
    const second = await page(url, `?cursor=${first.next_cursor}`);
    expect(second.output.map(({ text }) => text)).toEqual(['🦊']);
  });
});

describe("a cursor with commands that are not the run's own", () => {
  it('ends with the run all the same, read and followed', async () => {
    const { worker, url } = await launched('execute: one\n');
    await worker.end(await worker.claim(), 0, 'told');
    const strange = '0.999999999999-0.999999999998-7';
    const { output, next_cursor: next } = await page(url, `?cursor=${strange}`);
    expect(output.map(({ text }) => text)).toEqual(['told']);
    expect(next).toBeNull();
    const followed = await follow(url, strange);
    await followed.ended;
    expect(followed.text()).toBe('told');
  });
});

describe('what is read on', () => {
  it.each([250, 700])('comes to an end with %i commands that have not', async (count) => {
    const { worker, instance } = await launched(`fork:\n${'  execute: x\n'.repeat(count)}`);
    const reads = async (from: Position) => {
      let one = await readOn(api.db, instance, from, 65_536);
      for (let n = 0; one.more && n < 10; n += 1) {
        one = await readOn(api.db, instance, one.position, 65_536);
      }
      return one;
    };
    const all = await reads(beginning);
    expect(all.more).toBe(false);
    expect(all.position.open.size).toBe(Math.min(count, mostOpen));
    await worker.end(await worker.claim(), 0, 'one');
    const { position, more } = await reads(all.position);
    expect(more).toBe(false);
    expect(position.open.size).toBe(Math.min(count - 1, mostOpen));
  });
});

describe('output that is followed', () => {
  it('comes while it is written, and ends with the instance', async () => {
    const { worker, instance, url } = await launched('execute: one\n');
    const stream = await follow(url);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await until('the state', () => stream.events.some(({ name }) => name === 'status'));
    const claim = await worker.claim();
    await write(claim, 0, 'first\n');
    await until('the first line', () => stream.text() === 'first\n');
    await write(claim, 6, 'second\n');
    await until('the second line', () => stream.text() === 'first\nsecond\n');
    await worker.end(claim, 0, 'first\nsecond\nlast\n');
    await stream.ended;
    expect(stream.text()).toBe('first\nsecond\nlast\n');
    expect(stream.events.at(-1)).toMatchObject({
      name: 'end',
      data: { id: instance, status: 'success' },
    });
    const over = await follow(url, stream.events.at(-1)?.id);
    expect(over.response.status).toBe(204);
  });

  it('is resumed after any event, with nothing lost and nothing twice', async () => {
    const { worker, url } = await launched('fork:\n  execute: one\n  execute: two\n');
    const claim = await worker.claim();
    const before = await follow(url);
    await write(claim, 0, 'one ');
    await until('what was written', () => before.text() === 'one ');
    before.leave();
    const id = before.events.find(({ name }) => name === 'output')?.id;
    await write(claim, 4, 'two ');
    const after = await follow(url, id);
    await until('what came since', () => after.text() === 'two ');
    await worker.end(claim, 0, 'one two three ');
    await worker.end(await worker.claim(), 0, 'four');
    await after.ended;
    expect(after.text()).toBe('two three four');
    for (const event of after.events) {
      const rest = after.events.slice(after.events.indexOf(event) + 1);
      if (event.id === undefined || event.name === 'end') continue;
      const again = await follow(url, event.id);
      await again.ended;
      expect(again.text()).toBe(rest.map(({ data }) => data.text ?? '').join(''));
    }
  });

  it('goes on through an error, which is not the end', async () => {
    const { worker, url } = await launched('execute: one\n');
    const stream = await follow(url);
    await worker.end(await worker.claim(), 1, 'broken');
    await until('the error', () => stream.events.some(({ data }) => data.status === 'error'));
    expect(stream.text()).toBe('broken');
    await fetch(url.replace(/output$/, 'cancel'), {
      method: 'POST',
      headers: { authorization: api.authorization },
    });
    await stream.ended;
    expect(stream.events.at(-1)).toMatchObject({ name: 'end', data: { status: 'canceled' } });
  });

  it('is not read ahead of a reader that takes nothing', async () => {
    const { worker, instance } = await launched('execute: one\n');
    await worker.end(await worker.claim(), 0, 'x'.repeat(3_000_000));
    let reads = 0;
    const counting: Database = {
      ...api.db,
      query: (statement, values) => {
        if (typeof statement === 'string' && statement.includes('substring(bytes')) reads += 1;
        return api.db.query(statement, values);
      },
    };
    const watch = createInstanceWatch(counting, pino({ level: 'silent' }));
    let over = false;
    const stream = streamOutput({
      db: counting,
      watch,
      log: pino({ level: 'silent' }),
      instanceId: instance,
      from: beginning,
      onEnd: () => (over = true),
    });
    await until('it to be full', () => stream.readableLength > 65_536);
    expect(reads).toBe(1);
    expect(stream.readableLength).toBeLessThan(200_000);
    stream.destroy();
    await until('it to be given up', () => over);
    watch.stop();
  });

  it('is limited in number for a key, and counts what has ended no more', async () => {
    const { url } = await launched('execute: one\n');
    const headers = { authorization: api.authorization, accept: 'text/event-stream' };
    // Who only asks for headers follows nothing.
    for (let count = 0; count < 5; count += 1) await fetch(url, { method: 'HEAD', headers });
    const streams = await Promise.all(Array.from({ length: 32 }, () => follow(url)));
    const refused = await follow(url);
    expect(refused.response.status).toBe(429);
    for (const stream of streams) stream.leave();
    await until('one to be let in again', async () => {
      const stream = await follow(url);
      stream.leave();
      return stream.response.status === 200;
    });
  });

  it('ends when the server does, without being told to be over', async () => {
    const other = await startApiServer();
    const { id } = await other.save({});
    const headers = { authorization: other.authorization };
    const path = `${other.url}/v1/definitions/${id}/instances`;
    const instance = (await (await fetch(path, { method: 'POST', headers })).json()) as {
      id: number;
    };
    const response = await fetch(`${path}/${instance.id}/output`, {
      headers: { ...headers, accept: 'text/event-stream' },
    });
    const text = response.text();
    const before = performance.now();
    const stopped = other.stop();
    expect(await text).not.toContain('event: end');
    // By itself: after five seconds it would be cut off.
    expect(performance.now() - before).toBeLessThan(4_000);
    await stopped;
  });
});
