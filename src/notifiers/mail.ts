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
import { endpointOf, recipients, type Readers, type Recipients } from './mail-recipients.ts';
import { forADay } from './pauses.ts';
import { createSmtp } from './smtp.ts';
import { tellsByMail } from './told-of.ts';
import type { Instance } from '../store/instances.ts';
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
    endpointsOf: ({ admins }) => recipients('admins', admins, mailTo).map(endpointOf),
    parcelsOf: (happening) =>
      mailsOf(happening, context).flatMap(({ readers, text }) => {
        const admins = happening.instance === null ? [] : happening.admins;
        return recipients(readers, admins, mailTo).map((whom) =>
          parcel(whom, text, happening, domain),
        );
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
    case 'cancellation':
      if (!isWorthAMail(happening.prevented)) return [];
      return [{ readers: 'admins', text: failureMail(happening, context) }];
    case 'critical':
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

/** Of what one instance prevents: the first launch, the 10th, the 100th, for all have the same cause. */
const isWorthAMail = (prevented: number): boolean =>
  prevented === 0 || /^10*$/.test(`${prevented}`);

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

/** So that nobody's absence is answered with, and nothing else answers by itself. */
const automatic = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Another Kuroko of the same domain has an instance of this number, too. */
const threadOf = ({ id, createdAt }: Pick<Instance, 'id' | 'createdAt'>): string =>
  `instance-${id}-${createdAt.getTime()}`;

function parcel(
  whom: Recipients,
  { subject, text, html }: MailText,
  { instance, at }: Happening,
  domain: string,
): Parcel {
  // No mail has this id: those of an instance stand together because they all refer to it.
  const thread = instance === null ? null : `<${threadOf(instance)}@${domain}>`;
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
