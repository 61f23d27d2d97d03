import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, RunHappening } from '../../../src/notifiers/channel.ts';
import { createHipChat } from '../../../src/notifiers/hipchat.ts';
import type { Masked } from '../../../src/workflow/mask.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';
import { at, definitionOf, executionOf, instanceOf } from '../../support/run-fixture.ts';

interface Notification {
  readonly from: string;
  readonly message: string;
  readonly message_format: string;
  readonly color: string;
  readonly notify: boolean;
}

let server: Server;
let hipChat: Channel;
let status = 204;
let received: { url: string; authorization: string; body: Notification }[] = [];

async function keep(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '', headers } = request;
  const body = JSON.parse(await text(request)) as Notification;
  received.push({ url, authorization: headers.authorization ?? '', body });
  response.writeHead(status).end();
}

beforeAll(async () => {
  server = createServer((request, response) => void keep(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  hipChat = createHipChat(
    { apiToken: 'a-token', serverUrl: `http://127.0.0.1:${port}` },
    { baseUrl: 'https://kuroko.example.com' },
  );
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  status = 204;
  received = [];
});

function happeningOf(fields: Partial<RunHappening> = {}): RunHappening {
  return {
    event: 'failure',
    payload: { message: '/2-execute: exit 3\n\n```\nno such table\n```' as Masked },
    at: at('12:02:00'),
    tokenId: 21,
    attempt: 1,
    instance: instanceOf({ status: 'error', errorAt: at('12:02:00') }),
    definition: definitionOf({ hipchatRoom: 'ops & friends', failureText: '@ann look' }),
    admins: [],
    prevented: 0,
    execution: executionOf({ status: 'finished', exitStatus: 3 }),
    tail: 'reading <orders>\nno such table\n',
    ...fields,
  };
}

const never = new AbortController().signal;
async function told(happening: RunHappening): Promise<Notification[]> {
  for (const parcel of hipChat.parcelsOf(happening)) {
    await hipChat.send({ ...parcel, key: 'k', attempt: 1 }, never);
  }
  return received.map(({ body }) => body);
}

describe('HipChat', () => {
  it('is told of a failure in the room of the definition, then the failure text', async () => {
    const common = { from: 'kuroko2', color: 'red', notify: true };
    expect(await told(happeningOf())).toEqual([
      {
        ...common,
        message_format: 'html',
        message:
          '<b>[FAILURE]</b> Failed to execute &#x27;nightly-report&#x27; ' +
          '(<a href="https://kuroko.example.com/definitions/3/instances/12">Open</a>)' +
          '<br>/2-execute: exit 3<pre>reading &lt;orders&gt;\nno such table</pre>',
      },
      {
        ...common,
        message_format: 'text',
        message: "Failed to execute 'nightly-report' @ann look",
      },
    ]);
    expect(received.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/v2/room/ops%20%26%20friends/notification', 'Bearer a-token'],
      ['/v2/room/ops%20%26%20friends/notification', 'Bearer a-token'],
    ]);
  });

  it.each([
    ['launch', 'gray', false],
    ['retrying', 'gray', false],
    ['finished', 'green', false],
    ['back_to_normal', 'green', false],
    ['cancellation', 'yellow', false],
    ['long_elapsed_time', 'yellow', false],
    ['critical', 'red', true],
  ] as const)('shows %s in %s', async (event, color, notify) => {
    expect((await told(happeningOf({ event })))[0]).toMatchObject({ color, notify });
  });

  it('is told nothing where there is no room, or the definition wishes it so', async () => {
    expect(await told(happeningOf({ definition: definitionOf({ hipchatRoom: ' ' }) }))).toEqual([]);
    const quiet = definitionOf({ hipchatRoom: 'ops', notifyAllEvents: false });
    expect(await told(happeningOf({ event: 'launch', definition: quiet }))).toEqual([]);
    expect(await told(happeningOf({ event: 'reminder' }))).toEqual([]);
    expect(await told(happeningOf({ definition: quiet }))).toHaveLength(1);
  });

  it('that answers with an error is asked again', async () => {
    const [parcel] = hipChat.parcelsOf(happeningOf());
    if (parcel === undefined) throw new Error('nothing is told');
    const outgoing = { ...parcel, key: 'k', attempt: 1 };
    expect(await hipChat.send(outgoing, never)).toMatchObject({
      outcome: 'delivered',
      status: 204,
    });
    status = 503;
    expect(await hipChat.send(outgoing, never)).toMatchObject({ outcome: 'again', status: 503 });
  });

  it('can be asked whether it hears', async () => {
    await hipChat.send(
      { endpoint: 'ops', request: hipChat.test('ops'), key: 'k', attempt: 1 },
      never,
    );
    expect(received[0]?.body).toMatchObject({ message_format: 'text', notify: false });
  });
});

it('takes hostile texts as text, within what it takes at all', () => {
  const ours = /^<(?:\/?(?:b|pre)|br|a href="https:\/\/kuroko\.example\.com\/[\w/]*"|\/a)>$/;
  fc.assert(
    fc.property(hostileText, (hostile) => {
      const parcels = hipChat.parcelsOf(
        happeningOf({
          payload: { message: hostile as Masked },
          definition: definitionOf({ name: hostile, hipchatRoom: 'ops', failureText: hostile }),
          tail: hostile,
        }),
      );
      for (const { request } of parcels) {
        const { message, message_format: format } = JSON.parse(request.body) as Notification;
        expect(message.length).toBeLessThanOrEqual(10_000);
        const tags = Array.from(message.matchAll(/<[^>]*>?/g), ([tag]) => tag);
        expect(format === 'text' || tags.every((tag) => ours.test(tag))).toBe(true);
      }
    }),
    { examples: hostileTexts.map((hostile): [string] => [hostile]) },
  );
});
