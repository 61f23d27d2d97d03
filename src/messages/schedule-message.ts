/** What is told of schedules by themselves: missed launches, one that was set aside, the recount of a day. */
import { markup, render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { code } from './fit.ts';
import { definitionLink, jobName, moment } from './phrases.ts';
import type {
  MissedNotice,
  ScheduleDelivery,
  ScheduleNotice,
  SetAsideNotice,
} from '../store/outbox.ts';
import type { About } from './about.ts';

export function scheduleMessage(notice: ScheduleDelivery, about: About): Content {
  const { name, view } = viewOf(notice, about);
  const text = render(`slack/schedules#${name}`, view);
  return { text, blocks: [section(text)] };
}

function viewOf(
  notice: ScheduleNotice,
  about: About,
): { readonly name: string; readonly view: Readonly<Record<string, unknown>> } {
  switch (notice.event) {
    case 'missed':
      return { name: 'missed', view: missed(notice.payload, about) };
    case 'set_aside':
      return { name: 'set-aside', view: setAside(notice.payload, about) };
    case 'recount': {
      const { differences, ...counts } = notice.payload;
      const listed = differences
        .slice(0, 10)
        .map((each) => ({ ...each, cron: code(each.cron, 100) }));
      const more = differences.length - listed.length;
      return { name: 'recount', view: { ...counts, differences: listed, more } };
    }
  }
}

function missed(notice: MissedNotice, about: About) {
  const definitions = notice.definitions.map(({ id, name, ...counts }) => ({
    ...counts,
    job: definitionLink(id, jobName(name), about),
  }));
  return {
    ...notice,
    definitions,
    from: moment(new Date(notice.from)),
    to: moment(new Date(notice.to)),
  };
}

function setAside({ definitionId, definitionName, cron, reason }: SetAsideNotice, about: About) {
  const job = markup(`*${String(definitionLink(definitionId, jobName(definitionName), about))}*`);
  return { job, cron: code(cron, 100), reason: code(reason, 500) };
}
