/** The schedules of a job: each in words, what suspends them, and the next launches. */
import { render } from '../templates.ts';
import { actionIds, type ButtonValue } from './action-ids.ts';
import { context, section, type Block, type Button, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { cronWords } from './cron-words.ts';
import { code, line } from './fit.ts';
import { launchPreview, type LaunchesToCome } from './launch-preview.ts';
import { definitionLink, jobName, minuteMoment } from './phrases.ts';
import type { About } from './about.ts';

export interface ListedSchedule {
  readonly id: number;
  readonly cron: string;
  readonly zone: string;
  /** What is done about its missed minutes; null: as configured. */
  readonly catchUp: 'latest' | 'all' | 'none' | null;
  /** It could not be launched, and waits for the job to be saved again: why. */
  readonly setAsideReason: string | null;
}

export interface ScheduleList extends LaunchesToCome {
  readonly definition: { readonly id: number; readonly name: string; readonly suspended: boolean };
  readonly schedules: readonly ListedSchedule[];
  readonly suspends: readonly { readonly id: number; readonly cron: string }[];
  /** Who reads may change them. */
  readonly mayEdit: boolean;
}

/** Of each kind; more are counted. */
const shown = 15;

export function scheduleList(list: ScheduleList, about: About): Content {
  const { definition, schedules, suspends, nextAt, mayEdit } = list;
  const { id, name, suspended } = definition;
  const view = {
    id,
    suspended,
    none: schedules.length === 0,
    next: nextAt === null ? null : minuteMoment(nextAt),
    rest: Math.max(0, schedules.length - shown) + Math.max(0, suspends.length - shown),
  };
  const preview = launchPreview(list, suspended, about);
  return {
    text: render('slack/schedule#text', { ...view, job: jobName(name) }),
    blocks: [
      section(render('slack/schedule#title', { ...view, job: definitionLink(id, name, about) })),
      ...schedules.slice(0, shown).map((schedule) => scheduleRow(schedule, id, mayEdit)),
      ...suspends.slice(0, shown).map((suspend) => suspendRow(suspend, id, mayEdit)),
      ...(view.rest > 0 ? [context(render('slack/schedule#rest', view))] : []),
      ...(preview === null ? [] : [section(String(preview))]),
      ...(mayEdit ? [controls(list)] : []),
    ],
  };
}

function scheduleRow(schedule: ListedSchedule, definitionId: number, mayEdit: boolean): Block {
  const { id, cron, setAsideReason } = schedule;
  const text = render('slack/schedule#row', {
    cron: code(cron, 200),
    words: line(cronWords(cron), 500),
    zone: line(schedule.zone, 60),
    latest: schedule.catchUp === 'latest',
    all: schedule.catchUp === 'all',
    never: schedule.catchUp === 'none',
    aside: setAsideReason === null ? null : code(setAsideReason, 300),
  });
  const value = { type: 'schedule', kind: 'schedule', definitionId, id } as const;
  return section(text, mayEdit ? removeButton(value, cron) : undefined);
}

function suspendRow(
  { id, cron }: { readonly id: number; readonly cron: string },
  definitionId: number,
  mayEdit: boolean,
): Block {
  const words = line(cronWords(cron), 500);
  const text = render('slack/schedule#suspend-row', { cron: code(cron, 200), words });
  const value = { type: 'schedule', kind: 'suspend', definitionId, id } as const;
  return section(text, mayEdit ? removeButton(value, cron) : undefined);
}

function removeButton(value: ButtonValue, cron: string): Button {
  return button(actionIds.removeSchedule, value, { confirm: { cron: line(cron, 150) } });
}

function controls({ definition, schedules }: ScheduleList): Block {
  const value: ButtonValue = { type: 'definition', definitionId: definition.id };
  const some = schedules.length > 0;
  return {
    type: 'actions',
    elements: [
      button(actionIds.addSchedule, value, some ? {} : { style: 'primary' }),
      ...(some ? [button(actionIds.addSuspendSchedule, value)] : []),
      ...(some ? [suspensionButton(definition)] : []),
    ],
  };
}

/** Suspend, or Resume where it is suspended. */
export function suspensionButton({
  id,
  suspended,
}: {
  readonly id: number;
  readonly suspended: boolean;
}): Button {
  const value: ButtonValue = { type: 'definition', definitionId: id };
  return button(suspended ? actionIds.resumeJob : actionIds.suspendJob, value);
}
