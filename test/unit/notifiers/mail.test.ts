import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { MailConfig, SmtpConfig } from '../../../src/config/mail.ts';
import {
  longestEndpoint,
  type Answer,
  type Outgoing,
  type RunHappening,
} from '../../../src/notifiers/channel.ts';
import { createMail } from '../../../src/notifiers/mail.ts';
import type { Masked } from '../../../src/workflow/mask.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';
import { startMailServer, type MailServer } from '../../support/mail-server.ts';
import { at, definitionOf, executionOf, instanceOf } from '../../support/run-fixture.ts';

const context = {
  baseUrl: 'https://kuroko.example.com',
  timeText: (moment: Date) => moment.toISOString(),
};
const never = new AbortController().signal;

let server: MailServer;
afterEach(() => server.stop());

async function started(...how: Parameters<typeof startMailServer>): Promise<void> {
  server = await startMailServer(...how);
}

const configOf = (smtp: Partial<SmtpConfig> = {}): MailConfig => ({
  from: { name: 'Kuroko, the scheduler', address: 'kuroko@example.com' },
  to: ['ops@example.com'],
  smtp: {
    host: '127.0.0.1',
    port: server.port,
    domain: 'kuroko.example.com',
    tls: 'if_offered',
    verified: false,
    login: null,
    openTimeout: 5,
    readTimeout: 5,
    ...smtp,
  },
});

function happeningOf(fields: Partial<RunHappening> = {}): RunHappening {
  return {
    event: 'failure',
    payload: { message: '/2-execute: exit 3' as Masked },
    at: at('12:02:00'),
    tokenId: 21,
    attempt: 1,
    instance: instanceOf({ status: 'error', errorAt: at('12:02:00') }),
    definition: definitionOf({ description: '## Recovery Procedures\nCall **somebody**.' }),
    admins: ['ann@example.com', 'ben@example.com'],
    prevented: 0,
    execution: executionOf({ status: 'finished', exitStatus: 3 }),
    tail: 'no such table\n',
    ...fields,
  };
}

const parcelOf = (happening: RunHappening, more: Partial<Outgoing> = {}): Outgoing => {
  const [parcel] = createMail(configOf(), context).parcelsOf(happening);
  if (parcel === undefined) throw new Error('nothing is told');
  return { ...parcel, key: '7e5ab3a2-0000-4000-8000-000000000001', attempt: 1, ...more };
};

const send = (
  outgoing = parcelOf(happeningOf()),
  smtp: Partial<SmtpConfig> = {},
  signal = never,
): Promise<Answer> => createMail(configOf(smtp), context).send(outgoing, signal);

describe('a mail', () => {
  it('reaches admins and operators with both texts, and says that nobody wrote it', async () => {
    await started();
    expect(await send()).toMatchObject({
      outcome: 'delivered',
      text: expect.stringContaining('kept'),
    });
    const [mail] = server.mails;
    expect(mail?.recipients).toEqual(['ann@example.com', 'ben@example.com', 'ops@example.com']);
    expect(mail?.subject).toBe("[CRITICAL] Failed to execute 'nightly-report' on kuroko");
    expect(mail?.from?.text).toBe('"Kuroko, the scheduler" <kuroko@example.com>');
    expect([mail?.to, mail?.cc].flat().map((field) => field?.text)).toEqual([
      'ann@example.com, ben@example.com',
      'ops@example.com',
    ]);
    expect(mail?.date).toEqual(at('12:02:00'));
    expect(mail?.text).toContain('no such table');
    expect(mail?.html).toContain('<strong>somebody</strong>');
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.headers.get('x-auto-response-suppress')).toBe('All');
  });

  it('has the same id each time it is sent, and stands with the others of its instance', async () => {
    await started();
    await send();
    await send(parcelOf(happeningOf(), { attempt: 2 }));
    await send(parcelOf(happeningOf({ event: 'reminder' }), { key: 'another' }));
    const ids = server.mails.map(({ messageId }) => messageId);
    expect(ids).toEqual([
      '<7e5ab3a2-0000-4000-8000-000000000001@example.com>',
      '<7e5ab3a2-0000-4000-8000-000000000001@example.com>',
      '<another@example.com>',
    ]);
    for (const { inReplyTo, references } of server.mails) {
      expect([inReplyTo, references]).toEqual([
        '<instance-12-1785412800000@example.com>',
        '<instance-12-1785412800000@example.com>',
      ]);
    }
  });
});

describe('a test', () => {
  const test = (endpoint: string) => {
    const mail = createMail(configOf(), context);
    return mail.send({ endpoint, request: mail.test(endpoint), key: 'k', attempt: 1 }, never);
  };

  it('reaches whom it names, and only them', async () => {
    await started();
    const [endpoint = ''] = createMail(configOf(), context).endpointsOf(happeningOf());
    expect(endpoint).toBe('ann@example.com, ben@example.com, ops@example.com');
    expect((await test(endpoint)).outcome).toBe('delivered');
    expect(server.mails[0]?.recipients).toEqual(endpoint.split(', '));
    expect(server.mails[0]?.text).toContain('Nothing has happened');
  });

  it.each(['nobody', 'ann@example.com\r\nBcc: evil@example.com'])(
    'goes nowhere to %j',
    async (to) => {
      await started();
      expect((await test(to)).outcome).toBe('final');
      expect(server.connections()).toBe(0);
    },
  );
});

describe('recipients', () => {
  const parcels = (fields: Partial<RunHappening>) =>
    createMail(configOf(), context)
      .parcelsOf(happeningOf(fields))
      .map(({ request: { headers, subject } }) => [
        headers['To'],
        headers['Cc'] ?? '',
        subject.split(' ')[1],
      ]);

  it('are each written to once', async () => {
    await started();
    expect(parcels({ admins: ['Ops@example.com', 'ann@example.com', 'ANN@example.com'] })).toEqual([
      ['Ops@example.com, ann@example.com', '', 'Failed'],
    ]);
  });

  it('are the operators where no admin has an address that is one', async () => {
    await started();
    const admins = [
      'a@example.com\r\nBcc: x@example.com',
      'a@example.com, b@example.com',
      '<c@example.com>',
    ];
    expect(parcels({ admins })).toEqual([['ops@example.com', '', 'Failed']]);
  });

  it('are as many as it takes: those that no endpoint has room for get a mail of their own', async () => {
    await started();
    const admins = Array.from({ length: 100 }, (_, index) => `admin-${index}@example.com`);
    const told = createMail(configOf(), context).parcelsOf(happeningOf({ admins }));
    expect(told.length).toBe(2);
    expect(told.every(({ endpoint }) => endpoint.length < longestEndpoint)).toBe(true);
    const written = told.flatMap(({ request: { headers } }) => [
      headers['To'],
      headers['Cc'] ?? [],
    ]);
    expect(written.flat().join(', ').split(', ').toSorted()).toEqual(
      [...admins, 'ops@example.com'].toSorted(),
    );
  });

  it('of a lost command get one mail each: the admins theirs, the operators another', async () => {
    await started();
    const lost = executionOf({ status: 'lost', evidence: 'unknown' });
    expect(parcels({ execution: lost })).toEqual([
      ['ann@example.com, ben@example.com', '', 'Failed'],
      ['ops@example.com', '', 'Process'],
    ]);
    expect(parcels({ execution: lost, admins: ['ops@example.com'] })).toEqual([
      ['ops@example.com', '', 'Process'],
    ]);
  });

  it.each<[RunHappening['event'], Partial<RunHappening>, readonly string[]]>([
    ['launch', {}, []],
    ['retrying', {}, []],
    ['skipping', {}, []],
    ['finished', {}, []],
    ['back_to_normal', {}, []],
    ['critical', { execution: null }, ['admins']],
    ['long_elapsed_time', {}, ['admins']],
    ['reminder', {}, ['admins']],
    ['cancellation', {}, ['admins']],
    ['cancellation', { definition: definitionOf({ notifyCancellation: false }) }, []],
    ['cancellation', { prevented: 1 }, ['admins']],
    ['cancellation', { prevented: 2 }, []],
    ['cancellation', { prevented: 11 }, []],
    ['cancellation', { prevented: 1_000 }, ['admins']],
    ['cancellation', { definition: definitionOf({ notifyAllEvents: false }) }, []],
  ])('of %s %#', async (event, fields, whom) => {
    await started();
    const told = parcels({ event, ...fields });
    expect(told.map(([to]) => (to === 'ops@example.com' ? 'operators' : 'admins'))).toEqual(whom);
  });
});

describe('the connection', () => {
  const login = { user: 'kuroko', password: 'hunter22' };

  it('is made safe where the server offers it, and then logged in over', async () => {
    await started({ login });
    expect(
      await send(undefined, { login: { ...login, method: 'PLAIN' }, tls: 'required' }),
    ).toMatchObject({ outcome: 'delivered' });
    expect(server.mails[0]).toMatchObject({ encrypted: true, user: 'kuroko' });
  });

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5', null] as const)('logs in with %s', async (method) => {
    await started({ login }, { authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5'] });
    await send(undefined, { login: { ...login, method } });
    expect(server.mails[0]?.user).toBe('kuroko');
  });

  it('is TLS from the start, or never', async () => {
    await started({}, { secure: true });
    await send(undefined, { tls: 'from_start' });
    expect(server.mails[0]?.encrypted).toBe(true);
    await server.stop();
    await started();
    await send(undefined, { tls: 'never' });
    expect(server.mails[0]?.encrypted).toBe(false);
  });

  it('is not used where it should be safe and is not, or to somebody else', async () => {
    await started({}, { disabledCommands: ['STARTTLS', 'AUTH'] });
    expect((await send(undefined, { tls: 'required' })).outcome).toBe('again');
    await server.stop();
    await started();
    expect(await send(undefined, { verified: true })).toMatchObject({
      outcome: 'again',
      reason: expect.stringMatching(/certificate/),
    });
    expect(server.mails).toEqual([]);
  });

  it('with a wrong password is tried again, for that can be put right, and the password is not told', async () => {
    await started({ login });
    const answer = await send(undefined, {
      login: { ...login, password: 'hunter23', method: 'LOGIN' },
    });
    expect(answer).toMatchObject({ outcome: 'again', status: 535 });
    expect(answer.reason).toContain('kuroko/*** is wrong');
    expect(JSON.stringify(answer)).not.toContain('hunter23');
  });
});

describe('a server that does not take it', () => {
  it.each([
    [421, 'again'],
    [451, 'again'],
    [550, 'final'],
    [554, 'final'],
  ])('with %i is %s', async (code, outcome) => {
    await started({ data: () => code });
    expect(await send()).toMatchObject({
      outcome,
      status: code,
      reason: expect.stringContaining('not this one'),
    });
    await server.stop();
    await started({ rcpt: () => code });
    expect(await send()).toMatchObject({ outcome, status: code });
    expect(server.mails).toEqual([]);
  });

  it.each(['at_greeting', 'in_data', 'after_data'] as const)(
    'and cuts %s is asked again',
    async (cut) => {
      await started({ cut });
      expect((await send()).outcome).toBe('again');
    },
  );

  it.each(['at_greeting', 'after_data'] as const)('and is silent %s is left', async (silent) => {
    await started({ silent });
    expect((await send(undefined, { openTimeout: 0.2, readTimeout: 0.2 })).outcome).toBe('again');
    const given = AbortSignal.timeout(100);
    expect((await send(undefined, {}, given)).outcome).toBe('again');
    expect(given.aborted).toBe(true);
  });

  it('and is not there is asked again', async () => {
    await started();
    await server.stop();
    expect(await send()).toMatchObject({
      outcome: 'again',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    await started();
  });
});

describe('a server that takes it for some', () => {
  it('for good: the rest have it, and who has not is named', async () => {
    await started({ rcpt: (address) => (address === 'ben@example.com' ? 550 : null) });
    const answer = await send();
    expect(answer.outcome).toBe('delivered');
    expect(answer.reason).toContain('no ben@example.com');
    expect(server.mails.map(({ recipients }) => recipients)).toEqual([
      ['ann@example.com', 'ops@example.com'],
    ]);
  });

  it('for now: those who have not are asked for again, alone, and not for ever', async () => {
    let full = true;
    await started({ rcpt: (address) => (address === 'ben@example.com' && full ? 452 : null) });
    const mail = createMail(configOf(), context);
    expect((await mail.send(parcelOf(happeningOf()), never)).outcome).toBe('again');
    expect((await mail.send(parcelOf(happeningOf(), { attempt: 2 }), never)).outcome).toBe('again');
    full = false;
    expect((await mail.send(parcelOf(happeningOf(), { attempt: 3 }), never)).outcome).toBe(
      'delivered',
    );
    expect(server.mails.map(({ recipients }) => recipients)).toEqual([
      ['ann@example.com', 'ops@example.com'],
      ['ben@example.com'],
    ]);
  });

  it('for now, and then not at all: the others have it, and that is said in the end', async () => {
    let code = 452;
    await started({ rcpt: (address) => (address === 'ben@example.com' ? code : null) });
    const mail = createMail(configOf(), context);
    const attempt = (number: number, key: string) =>
      mail.send(parcelOf(happeningOf(), { attempt: number, key }), never);
    expect((await attempt(1, 'one')).outcome).toBe('again');
    expect(await attempt(9, 'one')).toMatchObject({ outcome: 'again', status: 452 });
    expect(await attempt(10, 'one')).toMatchObject({ outcome: 'delivered', status: 452 });
    expect((await attempt(1, 'two')).outcome).toBe('again');
    code = 550;
    const answer = await attempt(2, 'two');
    expect(answer).toMatchObject({ outcome: 'delivered', status: 550 });
    expect(answer.reason).toContain('no ben@example.com');
    expect(server.mails).toHaveLength(2);
  });
});

it('lets no name, and nothing that a command writes, into its headers', async () => {
  await started();
  const mail = createMail(configOf({ tls: 'never' }), context);
  const known = await (async () => {
    await mail.send(parcelOf(happeningOf()), never);
    return headerNames(server.mails[0]?.source ?? '');
  })();
  const texts = [
    ...hostileTexts.filter((text) => text.length < 500),
    'x\r\nBcc: evil@example.com\r\n\r\nhello',
    'a\n.\nQUIT\n',
    ...fc.sample(hostileText, 12),
  ];
  // All at once: one after the other they would wait for one another's packets.
  await Promise.all(
    texts.map(async (text, index) => {
      const happening = happeningOf({
        payload: { message: `/0-execute: ${text}` as Masked, by: text },
        instance: instanceOf({ definitionName: text, launchedBy: text, status: 'error' }),
        definition: definitionOf({ name: text, description: text, failureText: text }),
        execution: executionOf({ shell: text, host: text, status: 'finished', exitStatus: 1 }),
        tail: text,
      });
      const key = `key-${index}`;
      const { signal } = new AbortController();
      expect((await mail.send(parcelOf(happening, { key }), signal)).outcome).toBe('delivered');
      const got = server.mails.find(({ messageId }) => messageId === `<${key}@example.com>`);
      expect([text, headerNames(got?.source ?? '')]).toEqual([text, known]);
      expect(got?.recipients).toEqual(['ann@example.com', 'ben@example.com', 'ops@example.com']);
      expect(got?.subject).toMatch(/^\[CRITICAL\] Failed to execute '.*' on kuroko$/u);
      expect(got?.attachments).toEqual([]);
    }),
  );
});

const headerNames = (source: string): string[] =>
  (source.split('\r\n\r\n')[0] ?? '')
    .split('\r\n')
    .flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? [])
    .toSorted();
