/** What somebody changed about a job's schedules, for everybody to see; or that it was so before. */
import { render, type Markup } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { cronWords } from './cron-words.ts';
import { code, line } from './fit.ts';
import { launchPreview, type LaunchesToCome } from './launch-preview.ts';
import { clock, definitionLink, jobName, minuteMoment } from './phrases.ts';
import { suspensionButton } from './schedule-list.ts';
import type { About } from './about.ts';

/** With what comes next after it. */
export interface ScheduleDeed extends LaunchesToCome {
  readonly deed: 'add' | 'remove';
  readonly kind: 'schedule' | 'suspend';
  readonly definition: { readonly id: number; readonly name: string; readonly suspended: boolean };
  readonly cron: string;
  /** Of a schedule. */
  readonly zone: string | null;
}

/** `who`: as `person` has it. */
export function scheduleDeed(done: ScheduleDeed, who: Markup, about: About): Content {
  const { deed, kind, definition, cron, zone } = done;
  const { id, name, suspended } = definition;
  const view = {
    who,
    cron: code(cron, 200),
    words: line(cronWords(cron), 500),
    zone: zone === null ? null : line(zone, 60),
  };
  const part = `slack/schedule#${deed}-${kind}`;
  const preview = launchPreview(done, suspended, about);
  const left = preview === null ? render('slack/schedule#none-left') : String(preview);
  return {
    text: render(part, { ...view, job: jobName(name) }),
    blocks: [
      section(render(part, { ...view, job: definitionLink(id, name, about) })),
      section(left),
    ],
  };
}

export interface SuspensionDeed {
  readonly definition: { readonly id: number; readonly name: string; readonly suspended: boolean };
  /** Of a definition that was resumed. */
  readonly nextAt: Date | null;
}

export function suspensionDeed(
  { definition, nextAt }: SuspensionDeed,
  who: Markup,
  about: About,
): Content {
  const { id, name, suspended } = definition;
  const part = `slack/schedule#${suspended ? 'suspended' : 'resumed'}`;
  const view = { who, next: nextAt === null ? null : minuteMoment(nextAt) };
  const text = render(part, { ...view, job: definitionLink(id, name, about) });
  return {
    text: render(part, { ...view, job: jobName(name) }),
    blocks: [section(text, suspended ? suspensionButton(definition) : undefined)],
  };
}

/** Nothing was changed; by whom it was, where that is known. */
export function suspensionLate(
  { name, suspended }: SuspensionDeed['definition'],
  before: { readonly by: string; readonly at: Date } | null,
  about: About,
): Content {
  const text = render(`slack/schedule#${suspended ? 'suspended' : 'resumed'}-late`, {
    job: jobName(name),
    by: before === null ? null : line(before.by, 60),
    at: before === null ? null : clock(before.at, about),
  });
  return { text, blocks: [section(text)] };
}
