/** What became of a minute: an answer for each schedule that it concerns. */
import { markup, render, type Markup } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { code, line } from './fit.ts';
import { instanceLink, jobName } from './phrases.ts';
import { wallTime } from './wall-time.ts';
import type { MinuteOutcome, ScheduleAnswer } from '../store/schedule-answer.ts';
import type { About } from './about.ts';

export interface Why {
  readonly definition: { readonly id: number; readonly name: string };
  /** How the time was understood, ISO 8601 in that zone; several where schedules have several zones. */
  readonly moments: readonly { readonly text: string; readonly timeZone: string }[];
  /** Those that it concerns, or all if it concerns none; empty for a job without schedules. */
  readonly answers: readonly ScheduleAnswer[];
}

const shown = 10;

export function whyMessage({ definition, moments, answers }: Why, about: About): Content {
  const job = jobName(definition.name);
  const [first] = moments;
  const at = first === undefined ? '' : wallTime(first.text, about);
  const understood = moments.slice(0, 3).map(({ text, timeZone }, index) =>
    render(index === 0 ? 'slack/why#title' : 'slack/why#title-more', {
      job,
      at: wallTime(text, about),
      zone: line(timeZone, 60),
    }),
  );
  const said = answers
    .slice(0, shown)
    .map((answer) => answerText(answer, definition.id, moments.length > 1, about));
  const body = said.length === 0 ? [render('slack/why#no-schedule')] : said;
  return {
    text: [render('slack/why#text', { job, at }), ...body].join('\n').slice(0, 3_000),
    blocks: [section(understood.join('\n')), ...body.map((text) => section(text))],
  };
}

function answerText(
  { cron, timeZone, outcome }: ScheduleAnswer,
  definitionId: number,
  severalZones: boolean,
  about: About,
): string {
  const view = viewOf(outcome, definitionId, about);
  return render(`slack/why#${outcome.type}`, {
    ...view,
    cron: code(severalZones ? `${cron} ${timeZone}` : cron, 160),
  });
}

function viewOf(
  outcome: MinuteOutcome,
  definitionId: number,
  about: About,
): Readonly<Record<string, unknown>> {
  const run = (id: number): Markup => instanceLink({ id, definitionId }, `#${id}`, about);
  const time = (iso: string | null) => (iso === null ? null : wallTime(iso, about));
  switch (outcome.type) {
    case 'launched': {
      const launched = outcome.at.slice(11, 19);
      return { launched, instance: run(outcome.instanceId), missed: outcome.missed };
    }
    case 'prevented': {
      const now = outcome.now === null ? null : markup(render(`slack/states#${outcome.now}`));
      return { other: run(outcome.by), instance: run(outcome.instanceId), now };
    }
    case 'suspended':
      return { by: outcome.by === null ? null : code(outcome.by, 100) };
    case 'merged':
      return { into: time(outcome.into) };
    case 'skipped':
      return { reason: render(`slack/why#skipped-${outcome.because}`) };
    case 'not_yet':
      return {
        suspended: outcome.suspended,
        by: outcome.suspendedBy === null ? null : code(outcome.suspendedBy, 100),
      };
    case 'not_due': {
      const { before, after } = outcome;
      return {
        before: time(before),
        after: time(after),
        both: before !== null && after !== null,
      };
    }
    case 'before_saved':
      return { since: time(outcome.since) };
    case 'after_removed':
      return { removed: time(outcome.removed) };
    case 'set_aside':
      return { since: time(outcome.since), reason: code(outcome.reason, 300) };
    case 'forgotten':
      return {};
  }
}
