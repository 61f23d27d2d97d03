/** Hands mail to an SMTP server, a connection a mail: what is idle cannot go stale. */
import { smtpOptions, smtpReason } from '../config/smtp.ts';
import type { Address, SmtpConfig } from '../config/mail.ts';
import type { SendMailOptions } from 'nodemailer';
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
  const served = new Map<string, ReadonlySet<string>>();
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return async ({ key, attempt, to, cc, ...mail }, signal) => {
    const before = served.get(key) ?? new Set();
    const left = [...to, ...cc].filter((address) => !before.has(address));
    const message = {
      ...mail,
      from: { name: from.name, address: from.address },
      to: to.map(nameless),
      cc: cc.map(nameless),
      messageId: `<${key}@${domain}>`,
      envelope: { from: from.address, to: left },
      signal,
    };
    const { answer, accepted } = await handOver(message, smtp);
    const got = new Set([...before, ...accepted]);
    served.delete(key);
    // Who has got it gets it no more, and who has refused it is named.
    if (got.size === 0 || answer.outcome === 'delivered') return answer;
    if (answer.outcome === 'final' || attempt >= patience) {
      return { ...answer, outcome: 'delivered' };
    }
    served.set(key, got);
    const [oldest] = served.keys();
    if (served.size > remembered && oldest !== undefined) served.delete(oldest);
    return answer;
  };
}

interface HandedOver {
  readonly answer: Answer;
  readonly accepted: readonly string[];
}

async function handOver(message: SendMailOptions, smtp: SmtpConfig): Promise<HandedOver> {
  // What sends no mail is spared the mailer.
  const { createTransport } = await import('nodemailer');
  try {
    const sent = await createTransport(smtpOptions(smtp)).sendMail(message);
    const { accepted, rejectedErrors: refused = [], response: text } = sent;
    const outcome = refused.some(({ permanent }) => permanent !== true) ? 'again' : 'delivered';
    const reason = refused.map((error) => smtpReason(error.message, smtp)).join('; ');
    return { answer: { outcome, ...(reason !== '' && { reason }), text }, accepted };
  } catch (error) {
    return { answer: fault(error as SmtpError, smtp), accepted: [] };
  }
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
