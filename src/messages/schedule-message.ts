/** What is told of no run: missed launches, a schedule set aside, the recount of a day, an endpoint switched off. */
import { markup, render, type Markup } from '../templates.ts';
import { commandName } from './action-ids.ts';
import { context, section, type Content } from './blocks.ts';
import { code, line } from './fit.ts';
import { definitionLink, jobName, link, minuteMoment } from './phrases.ts';
import type {
  MissedDefinition,
  MissedNotice,
  ScheduleDelivery,
  SetAsideNotice,
  SwitchedOffNotice,
} from '../store/outbox.ts';
import type { Recount } from '../store/recounts.ts';
import type { About } from './about.ts';

/** Differences and definitions; the rest is counted. */
const shown = 10;

export function scheduleMessage(notice: ScheduleDelivery, about: About): Content {
  switch (notice.event) {
    case 'missed':
      return missedMessage(notice.payload, about);
    case 'set_aside':
      return setAsideMessage(notice.payload, about);
    case 'recount':
      return recountMessage(notice.payload);
    case 'switched_off':
      return switchedOffMessage(notice.payload);
  }
}

function switchedOffMessage(notice: SwitchedOffNotice): Content {
  const text = render('slack/schedules#switched-off', {
    target: line(notice.target, 40),
    endpoint: code(notice.endpoint, 300),
    since: minuteMoment(new Date(notice.since)),
    reason: line(notice.reason, 300),
  });
  const hint = render('slack/schedules#switched-off-hint', { command: commandName });
  return { text, blocks: [section(text), context(hint)] };
}

/** One for all of them, however long it was and however many there are. */
function missedMessage(notice: MissedNotice, about: About): Content {
  const title = render('slack/schedules#missed', {
    from: minuteMoment(new Date(notice.from)),
    to: minuteMoment(new Date(notice.to)),
    schedules: notice.schedules,
    one: notice.schedules === 1,
  });
  const counts = countsText(notice);
  const alone = notice.definitions.length === 1;
  const jobs = notice.definitions.slice(0, shown).map((job) => missedJob(job, alone, about));
  return {
    text: `${title}\n${counts}`,
    blocks: [
      section(`${title}\n${counts}`),
      ...(jobs.length === 0 ? [] : [section(jobs.join('\n'))]),
      context(render('slack/schedules#missed-hint', { command: commandName })),
    ],
  };
}

const countsText = (counts: MissedNotice | MissedDefinition): string =>
  render('slack/schedules#missed-counts', { ...counts, one: counts.launched === 1 });

/** `alone`: the counts of all are those of this one. */
function missedJob(missed: MissedDefinition, alone: boolean, about: About): string {
  const job = link(`${about.baseUrl}/definitions/${missed.id}`, line(missed.name, 80));
  const counts = alone ? null : markup(countsText(missed));
  return render('slack/schedules#missed-job', { job, counts });
}

function setAsideMessage(notice: SetAsideNotice, about: About): Content {
  const { definitionId, definitionName, cron, reason } = notice;
  const view = { cron: code(cron, 100), reason: code(reason, 500) };
  const part = (job: Markup | string) => render('slack/schedules#set-aside', { ...view, job });
  const job = markup(`*${String(definitionLink(definitionId, jobName(definitionName), about))}*`);
  return { text: part(jobName(definitionName)), blocks: [section(part(job))] };
}

function recountMessage({ day, due, accounted, differences }: Omit<Recount, 'countedAt'>): Content {
  const title = render('slack/schedules#recount', {
    day,
    due,
    accounted,
    wrong: differences.length > 0,
  });
  const listed = differences.slice(0, shown).map(({ problem, cron, ...difference }) =>
    render('slack/schedules#recount-difference', {
      ...difference,
      cron: code(cron, 100),
      problem: render(`slack/schedules#recount-${problem}`),
    }),
  );
  const rest = differences.length - listed.length;
  if (rest > 0) listed.push(render('slack/schedules#recount-rest', { rest }));
  return { text: title, blocks: [section([title, ...listed].join('\n'))] };
}
