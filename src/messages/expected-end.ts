/** Until when something is expected to run, in words. */
import { markup, render, type Markup } from '../templates.ts';
import { clock, span } from './phrases.ts';
import type { DrainEstimate, ExpectedEnd } from '../store/usual-durations.ts';
import type { About } from './about.ts';

/** Of one command: `until about 12:40`. */
export function expectedEndText(end: ExpectedEnd, about: About): Markup {
  return markup(
    end.type === 'unknown'
      ? render('slack/expected#unknown')
      : render(`slack/expected#${end.type}`, { at: clock(end.at, about) }),
  );
}

/** Of all that an executor runs: `the last command should end at about 12:40`. */
export function emptyText(estimate: DrainEstimate, about: About): Markup {
  const at = (end: Date) => render('slack/expected#by-clock', { at: clock(end, about) });
  return markup(emptyWords(estimate, at));
}

/** The same for where no moment can be shown in the reader's zone: `... in about 12 min`. */
export function emptyPlainText(estimate: DrainEstimate, { now }: About): string {
  return emptyWords(estimate, (end) => render('slack/expected#in', { span: span(now, end) }));
}

function emptyWords(estimate: DrainEstimate, words: (at: Date) => string): string {
  const when = (at: Date | null) => (at === null ? null : markup(words(at)));
  switch (estimate.type) {
    case 'empty':
      return render('slack/expected#empty-empty');
    case 'at':
      return render('slack/expected#empty-at', { when: when(estimate.at) });
    case 'overdue': {
      const { overdue: count, at } = estimate;
      return render('slack/expected#empty-overdue', { count, one: count === 1, when: when(at) });
    }
    case 'unknown': {
      const { unknown: count } = estimate;
      return render('slack/expected#empty-unknown', { count, one: count === 1 });
    }
  }
}
