/** Hands mail to an SMTP server, a connection a mail: what is idle cannot go stale. */
import { smtpOptions, smtpReason } from '../config/smtp.ts';
import type { Address, SmtpConfig } from '../config/mail.ts';
import type { Answer } from './channel.ts';

export interface Mail {
  /** The same each time it is sent. */
  readonly key: string;
  /** The first is 1. */
  readonly attempt: number;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly date: Date;
  readonly headers: Readonly<Record<string, string>>;
}

export type SendMail = (mail: Mail, signal: AbortSignal) => Promise<Answer>;

/** So often those are asked again who were refused for now while others got it: about 20 minutes. */
const patience = 10;
/** Mails of which some have got theirs: remembered, so that these get it once. */
const remembered = 1_000;

export function createSmtp(from: Address, smtp: SmtpConfig): SendMail {
  const transport = once(() => transportOf(smtp));
  const served = new Map<string, ReadonlySet<string>>();
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return async ({ key, attempt, to, cc, ...mail }, signal) => {
    const before = served.get(key) ?? new Set();
    const left = [...to, ...cc].filter((address) => !before.has(address));
    try {
      const sent = await (
        await transport()
      ).sendMail({
        ...mail,
        from: { name: from.name, address: from.address },
        to: to.map(nameless),
        cc: cc.map(nameless),
        messageId: `<${key}@${domain}>`,
        envelope: { from: from.address, to: left },
        signal,
      });
      const refused = sent.rejectedErrors ?? [];
      const maybe = refused.some(({ permanent }) => permanent !== true) && attempt < patience;
      if (!maybe) served.delete(key);
      else if (served.size < remembered) served.set(key, new Set([...before, ...sent.accepted]));
      const reason = refused.map((error) => smtpReason(error.message, smtp)).join('; ');
      return {
        outcome: maybe ? 'again' : 'delivered',
        ...(reason !== '' && { reason }),
        text: sent.response,
      };
    } catch (error) {
      return fault(error as SmtpError, smtp);
    }
  };
}

/** Loaded with the first mail: what sends none is spared it. */
async function transportOf(smtp: SmtpConfig) {
  const { createTransport } = await import('nodemailer');
  return createTransport(smtpOptions(smtp));
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Not read as a list of addresses, whatever it looks like. */
const nameless = (address: string): Address => ({ name: '', address });

type SmtpError = Error & {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly permanent?: boolean;
};

/** A server that refuses us (its greeting, TLS, the login) can be put right; one that refuses a mail has decided. */
function fault(error: SmtpError, smtp: SmtpConfig): Answer {
  const { code, response, responseCode, permanent, message } = error;
  const ofTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return {
    outcome: ofTheMail && permanent === true ? 'final' : 'again',
    reason: smtpReason(message, smtp),
    ...(responseCode !== undefined && { status: responseCode }),
    ...(response !== undefined && { text: smtpReason(response, smtp) }),
  };
}
