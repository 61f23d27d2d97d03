/** Mail about an instance: that it failed, was cancelled, waits, takes long, or has lost a command. */
import { render } from '../templates.ts';
import { mailText, type MailText, type MailView } from './mail.ts';
import { span } from './phrases.ts';
import { plainLine, plainLines } from './plain-text.ts';
import { stepText } from './step-list.ts';
import type { Definition } from '../store/definitions.ts';
import type { Execution } from '../store/executions.ts';
import type { Instance } from '../store/instances.ts';
import type { Notice } from '../store/outbox.ts';
import type { Shown } from '../store/shown.ts';

/** Something that happened to an instance. */
export interface RunNews extends Notice {
  readonly at: Date;
  readonly instance: Shown<Instance>;
  readonly definition: Shown<Definition>;
  /** The how manieth launch it was that the same instance prevented; 0: it was not. */
  readonly prevented: number;
  /** The command that it is about: that failed, is lost, or waits. */
  readonly execution: Shown<Execution> | null;
  /** The end of what that wrote. */
  readonly tail: string;
}

/** What mail is told besides rows. */
export interface MailContext {
  /** Of the pages, without a slash at the end. */
  readonly baseUrl: string;
  /** ISO 8601 in the configured time zone. */
  readonly timeText: (at: Date) => string;
}

/** `failure`, `critical` and `cancellation`: the job was not carried out. */
export function failureMail(news: RunNews, context: MailContext): MailText {
  const { event, payload, execution, prevented } = news;
  const view = {
    ...facts(news, context),
    reason: reason(news),
    by: line(payload.by ?? '', 100),
    launches: prevented > 1 ? prevented : null,
  };
  if (event !== 'failure') {
    const part =
      event === 'critical' ? 'critical' : payload.bySystem === true ? 'prevented' : 'canceled';
    return mailText('subject-failure', { ...view, alarm: true, lead: sentence(part, view) });
  }
  return mailText('subject-failure', {
    ...view,
    alarm: true,
    lead: sentence('failed', view),
    advice: sentence('waits', view),
    result: view.reason,
    ...(execution === null ? {} : { output: news.tail === '' ? null : news.tail }),
    failureText: news.definition.failureText ?? '',
  });
}

/** That nobody knows how a command ended. */
export function lostMail(news: RunNews, context: MailContext): MailText {
  const { execution, tail } = news;
  const view = { ...facts(news, context), reason: reason(news) };
  const proven = execution !== null && execution.groupEmptyAt !== null;
  return mailText('subject-lost', {
    ...view,
    alarm: true,
    lead: sentence('lost', view),
    advice: sentence(proven ? 'lost-safe' : 'lost-risk', view),
    result: view.reason,
    output: tail === '' ? null : tail,
  });
}

/** It is in ERROR since long, and nobody has dealt with it. */
export function reminderMail(news: RunNews, context: MailContext): MailText {
  const { instance, execution, tail } = news;
  const since = instance.errorAt === null ? '' : mailTime(instance.errorAt, context);
  const view = { ...facts(news, context), since };
  return mailText('subject-reminder', {
    ...view,
    alarm: false,
    lead: sentence('reminder', view),
    advice: sentence('waits', view),
    ...(execution === null ? {} : { result: reason(news), output: tail === '' ? null : tail }),
  });
}

export function lateMail(news: RunNews, context: MailContext): MailText {
  const begin = new Date(0);
  const minutes = news.payload.late?.minutes ?? 0;
  const expected = span(begin, new Date(minutes * 60_000));
  const view = { ...facts(news, context), expected };
  return mailText('subject-late', { ...view, alarm: false, lead: sentence('late', view) });
}

/** `unstarted` and `backlog`: a queue that nobody serves. */
export function unassignedMail(news: RunNews, context: MailContext): MailText {
  const { unstarted } = news.payload;
  const queue = line(unstarted?.queue ?? '', 200);
  const about = { nobody: unstarted?.workers === 'none', queue };
  if (unstarted?.waiting !== undefined) {
    const lead = sentence('backlog', { ...about, waiting: unstarted.waiting });
    return mailText('subject-unassigned', { alarm: true, lead, advice: sentence('serve', about) });
  }
  const view = { ...facts(news, context), ...about };
  return mailText('subject-unassigned', {
    ...view,
    alarm: true,
    lead: sentence('unassigned', view),
    advice: sentence('serve', about),
  });
}

/** What every mail about an instance says. */
function facts(news: RunNews, context: MailContext) {
  const { instance, definition, execution, at, payload } = news;
  const jobUrl = `${context.baseUrl}/definitions/${definition.id}`;
  const path = execution?.path ?? pathIn(payload.message ?? '');
  return {
    job: line(definition.name, 200),
    jobUrl,
    instance: instance.id,
    instanceUrl: `${jobUrl}/instances/${instance.id}`,
    launched: render('texts/mail#launched', {
      at: mailTime(instance.createdAt, context),
      by: line(instance.launchedBy, 100),
    }),
    step: path === '' ? '' : line(stepText({ instance }, path), 300),
    path,
    host: execution?.host ? line(execution.host, 80) : '',
    at: mailTime(at, context),
    description: definition.description,
  } satisfies Partial<MailView>;
}

/** Why it failed: how its command ended, else what the log says. */
function reason({ execution, payload }: RunNews): string {
  if (execution === null) return plainLines(withoutPath(payload.message ?? ''), 500);
  const { exitStatus, termSignal, timedOut, status, evidence, stopRequestedBy } = execution;
  if (status === 'lost')
    return sentence('reason-lost', { evidence: line(evidence ?? '', 500, '') });
  if (timedOut) return sentence('reason-timed-out', {});
  if (stopRequestedBy !== null) {
    return sentence('reason-terminated', { by: line(stopRequestedBy, 100) });
  }
  if (termSignal !== null) return sentence('reason-signal', { signal: line(termSignal, 30) });
  return sentence('reason-exit', { exitStatus });
}

const sentence = (part: string, view: Readonly<Record<string, unknown>>): string =>
  render(`texts/mail#${part}`, view);

const line = plainLine;

/** What people are told of a failure begins with the path of the step: `/0-execute: exit 3`. */
const pathIn = (message: string): string => /^(\/\S*): /.exec(message)?.[1] ?? '';
const withoutPath = (message: string): string =>
  message.slice(pathIn(message).length).replace(/^: /, '');

/** `2026-07-30 21:02:00 +09:00`. */
export function mailTime(at: Date, { timeText }: MailContext): string {
  return timeText(at)
    .replace('T', ' ')
    .replace(/Z$/, ' UTC')
    .replace(/([+-]\d\d:\d\d)$/, ' $1');
}
