/** Mail: to the admins of a job with a copy to `mail_to`, or to `mail_to` alone. */
import {
  failureMail,
  lateMail,
  lostMail,
  reminderMail,
  unassignedMail,
  type MailContext,
} from '../messages/mail-run.ts';
import { setAsideMail, switchedOffMail } from '../messages/mail-operators.ts';
import { mailText, type MailText } from '../messages/mail.ts';
import { render } from '../templates.ts';
import { plainAddress, type MailConfig } from '../config/mail.ts';
import { forADay } from './pauses.ts';
import { createSmtp } from './smtp.ts';
import { tellsByMail } from './told-of.ts';
import type { Channel, Happening, Outgoing, Parcel, ScheduleHappening } from './channel.ts';

export function createMail({ from, to: mailTo, smtp }: MailConfig, context: MailContext): Channel {
  const sendMail = createSmtp(from, smtp);
  const domain = domainOf(from.address);
  return {
    name: 'mail',
    pauses: forADay,
    switchesOff: false,
    // Servers count connections, and take their time over a mail before they say that they have it.
    atOnce: 5,
    leaseSeconds: 80,
    shownEndpoint: (endpoint) => endpoint,
    endpointsOf: ({ admins }) => {
      const whom = recipients('admins', admins, mailTo);
      return whom === null ? [] : [endpointOf(whom)];
    },
    parcelsOf: (happening) =>
      mailsOf(happening, context).flatMap(({ readers, text }) => {
        const admins = happening.instance === null ? [] : happening.admins;
        const whom = recipients(readers, admins, mailTo);
        return whom === null ? [] : [parcel(whom, text, happening, domain)];
      }),
    test: (endpoint) => {
      const text = mailText('subject-test', {
        alarm: false,
        lead: render('texts/notice#test-message'),
      });
      const headers = { To: endpoint, Date: new Date().toISOString(), ...automatic };
      return { subject: text.subject, body: text.text, html: text.html, headers };
    },
    send(outgoing, signal) {
      const written = mailOf(outgoing);
      if (written.to.length > 0) return sendMail(written, signal);
      return Promise.resolve({ outcome: 'final', reason: 'it is no e-mail address' });
    },
  };
}

/** `admins_alone`: without the copy, for `mail_to` gets a mail of its own. */
type Readers = 'admins' | 'admins_alone' | 'mail_to';

interface Told {
  readonly readers: Readers;
  readonly text: MailText;
}

function mailsOf(happening: Happening, context: MailContext): Told[] {
  if (happening.instance === null) {
    const text = scheduleMail(happening, context);
    return text === null ? [] : [{ readers: 'mail_to', text }];
  }
  if (tellsByMail(happening, happening.definition) === 'nobody') return [];
  switch (happening.event) {
    case 'failure':
      if (happening.execution?.status === 'lost') {
        return [
          { readers: 'admins_alone', text: failureMail(happening, context) },
          { readers: 'mail_to', text: lostMail(happening, context) },
        ];
      }
      return [{ readers: 'admins', text: failureMail(happening, context) }];
    case 'critical':
    case 'cancellation':
      return [{ readers: 'admins', text: failureMail(happening, context) }];
    case 'long_elapsed_time':
      return [{ readers: 'admins', text: lateMail(happening, context) }];
    case 'reminder':
      return [{ readers: 'admins', text: reminderMail(happening, context) }];
    case 'unstarted':
    case 'backlog':
      return [{ readers: 'mail_to', text: unassignedMail(happening, context) }];
    case 'launch':
    case 'retrying':
    case 'skipping':
    case 'finished':
    case 'back_to_normal':
    case 'refresh':
      return [];
  }
}

/** Also of the program itself; null for what nobody gets mail of. */
function scheduleMail(happening: ScheduleHappening, context: MailContext): MailText | null {
  switch (happening.event) {
    case 'set_aside':
      return setAsideMail(happening.payload, context);
    case 'switched_off':
      return switchedOffMail(happening.payload, context);
    case 'missed':
    case 'recount':
      return null;
  }
}

interface Recipients {
  readonly to: readonly string[];
  readonly cc: readonly string[];
}

/** Each once. Without an admin that has an address it goes to `mail_to`; null where nobody is left. */
function recipients(
  readers: Readers,
  addresses: readonly string[],
  mailTo: readonly string[],
): Recipients | null {
  const operators = unique(mailTo);
  if (readers === 'mail_to') return { to: operators, cc: [] };
  const admins = unique(addresses.filter((address) => plainAddress.test(address)));
  if (readers === 'admins_alone') {
    const to = without(admins, operators);
    return to.length === 0 ? null : { to, cc: [] };
  }
  return admins.length === 0
    ? { to: operators, cc: [] }
    : { to: admins, cc: without(operators, admins) };
}

/** Upper and lower case are one. */
function unique(addresses: readonly string[]): string[] {
  const seen = new Map(addresses.toReversed().map((one) => [one.toLowerCase(), one]));
  return [...seen.values()].toReversed();
}

function without(addresses: readonly string[], others: readonly string[]): string[] {
  const left = new Set(others.map((one) => one.toLowerCase()));
  return addresses.filter((one) => !left.has(one.toLowerCase()));
}

/** So that nobody's absence is answered with, and nothing else answers by itself. */
const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

const endpointOf = ({ to, cc }: Recipients): string => [...to, ...cc].join(', ');

function parcel(
  whom: Recipients,
  { subject, text, html }: MailText,
  { instance, at }: Happening,
  domain: string,
): Parcel {
  // No mail has this id: those of an instance stand together because they all refer to it.
  const thread = instance === null ? null : `<instance-${instance.id}@${domain}>`;
  return {
    endpoint: endpointOf(whom),
    request: {
      subject,
      body: text,
      html,
      headers: {
        To: whom.to.join(', '),
        ...(whom.cc.length > 0 && { Cc: whom.cc.join(', ') }),
        Date: at.toISOString(),
        ...(thread !== null && { 'In-Reply-To': thread, References: thread }),
        ...automatic,
      },
    },
  };
}

function mailOf({ key, attempt, request: { subject, body, html = '', headers } }: Outgoing) {
  const { To = '', Cc = '', Date: date = '', ...others } = headers;
  const list = (addresses: string) =>
    addresses.split(', ').filter((address) => plainAddress.test(address));
  return {
    key,
    attempt,
    to: list(To),
    cc: list(Cc),
    subject,
    text: body,
    html,
    date: new Date(date),
    headers: others,
  };
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
