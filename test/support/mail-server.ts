// A real SMTP server on loopback that keeps what it is handed, and behaves as badly as it is told to.

import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

export interface ReceivedMail extends ParsedMail {
  /** Of the envelope: to whom it goes, whatever its headers say. */
  readonly recipients: readonly string[];
  /** Every header line as it came. */
  readonly source: string;
  readonly encrypted: boolean;
  readonly user: string | null;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Connections that were opened. */
  connections(): number;
  stop(): Promise<void>;
}

export interface Misbehaviour {
  /** A reply to RCPT of this address other than 250; null is that. */
  readonly rcpt?: (address: string) => number | null;
  /** A reply to the mail itself other than 250. */
  readonly data?: () => number | null;
  /** Where the connection is cut. */
  readonly cut?: 'at_greeting' | 'in_data' | 'after_data';
  /** Nothing is said any more. */
  readonly silent?: 'at_greeting' | 'after_data';
}

/** `login` is asked for; without TLS it may be given in the open, as this never leaves the machine. */
export async function startMailServer(
  {
    login,
    ...bad
  }: Misbehaviour & { readonly login?: { readonly user: string; readonly password: string } } = {},
  options: SMTPServerOptions = {},
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    logger: false,
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: login === undefined ? ['AUTH'] : [],
    closeTimeout: 100,
    disableReverseLookup: true,
    onConnect(session, done) {
      connections += 1;
      if (bad.cut === 'at_greeting') return cut(session.id);
      if (bad.silent !== 'at_greeting') done();
    },
    onAuth(auth, _session, done) {
      const right =
        auth.username === login?.user &&
        (auth.validatePassword?.(login?.password ?? '') ?? auth.password === login?.password);
      // A server may say anything.
      if (right) return done(null, { user: auth.username });
      done(refusal(535, `${auth.username}/${auth.password} is wrong`));
    },
    onRcptTo({ address }, _session, done) {
      const code = bad.rcpt?.(address) ?? null;
      done(code === null ? null : refusal(code, `no ${address}`));
    },
    onData(stream, session, done) {
      if (bad.cut === 'in_data') return cut(session.id);
      void keep(stream, session, done);
    },
    ...options,
  });
  server.on('error', () => {});

  async function keep(
    stream: Readable,
    session: SMTPServerSession,
    done: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    const source = await text(stream);
    const code = bad.data?.() ?? null;
    if (code !== null) return done(refusal(code, 'not this one'));
    mails.push({
      ...(await simpleParser(source, { skipTextToHtml: true, skipHtmlToText: true })),
      source,
      recipients: session.envelope.rcptTo.map(({ address }) => address),
      encrypted: session.secure,
      user: typeof session.user === 'string' ? session.user : null,
    });
    if (bad.cut === 'after_data') return cut(session.id);
    if (bad.silent !== 'after_data') done(null, 'kept');
  }

  function cut(session: string): void {
    for (const connection of server.connections) {
      const { id, _socket: socket } = connection as unknown as {
        readonly id: string;
        readonly _socket: { destroy(): void };
      };
      if (id === session) socket.destroy();
    }
  }

  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () =>
      resolve((listening.address() as AddressInfo).port),
    );
  });
  return {
    port,
    mails,
    connections: () => connections,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
