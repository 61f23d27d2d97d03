/** Mail to operators alone: of what concerns no instance, and goes on only when somebody sees to it. */
import { render } from '../templates.ts';
import { mailText, type MailText } from './mail.ts';
import { mailTime, type MailContext } from './mail-run.ts';
import { plainLine } from './plain-text.ts';
import type { SetAsideNotice, SwitchedOffNotice } from '../store/outbox.ts';

export function setAsideMail(notice: SetAsideNotice, { baseUrl }: MailContext): MailText {
  const view = {
    job: plainLine(notice.definitionName, 200),
    cron: plainLine(notice.cron, 100),
    reason: plainLine(notice.reason, 500),
  };
  return mailText('subject-set-aside', {
    alarm: true,
    lead: render('texts/mail#set-aside', view),
    advice: render('texts/mail#set-aside-advice', view),
    job: view.job,
    jobUrl: `${baseUrl}/definitions/${notice.definitionId}`,
  });
}

export function switchedOffMail(notice: SwitchedOffNotice, context: MailContext): MailText {
  const { definitionId, deliveryId, since } = notice;
  const view = {
    target: plainLine(notice.target, 50),
    endpoint: plainLine(notice.endpoint, 500),
    reason: plainLine(notice.reason, 500),
    since: mailTime(new Date(since), context),
    deliveryId,
  };
  return mailText('subject-switched-off', {
    alarm: true,
    lead: render('texts/mail#switched-off', view),
    advice: render('texts/mail#switched-off-advice', view),
    ...(definitionId !== null && { jobUrl: `${context.baseUrl}/definitions/${definitionId}` }),
  });
}
