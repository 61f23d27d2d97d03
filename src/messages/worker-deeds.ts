/** What an operator did to a worker or an executor: for everybody to see, or that it was done before. */
import { render, type Markup } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { emptyText } from './expected-end.ts';
import { line } from './fit.ts';
import { clock } from './phrases.ts';
import { placeView } from './place-view.ts';
import { commandView } from './running-view.ts';
import type { RunningCommand } from '../store/running-commands.ts';
import type { DrainEstimate } from '../store/usual-durations.ts';
import type { Deed } from '../store/workers.ts';
import type { Shown } from '../store/shown.ts';
import type { About } from './about.ts';

export interface WorkerDeed {
  readonly deed: 'suspend' | 'resume';
  readonly host: string;
  readonly queue: string;
  readonly number: number;
  readonly running: Shown<RunningCommand> | null;
}

export interface ExecutorDeed {
  readonly deed: 'drain' | 'undrain';
  readonly host: string;
  readonly queue: string;
  readonly kind: 'start' | 'executor';
  readonly estimate: DrainEstimate;
}

/** `who`: as `person` has it. */
export const workerDeed = (done: WorkerDeed, who: Markup, about: About): Content =>
  said(`did-${done.deed}`, { ...workerView(done, about), who });

export const executorDeed = (done: ExecutorDeed, who: Markup, about: About): Content =>
  said(`did-${done.deed}`, { ...executorView(done, about), who });

/** Nothing was changed: it was so before. */
export const workerLate = (wish: WorkerDeed, before: Deed, about: About): Content =>
  said(`late-${wish.deed}`, { ...workerView(wish, about), ...deedView(before, about) });

export const executorLate = (wish: ExecutorDeed, before: Deed, about: About): Content =>
  said(`late-${wish.deed}`, { ...executorView(wish, about), ...deedView(before, about) });

function workerView({ number, running, ...place }: WorkerDeed, about: About) {
  const instance = running === null ? null : commandView(running, about).instance;
  return { ...placeView(place), number, instance };
}

function executorView({ kind, estimate, ...place }: ExecutorDeed, about: About) {
  const empty = emptyText(estimate, about);
  return { ...placeView(place), empty, ends: kind === 'executor' };
}

function deedView({ by, at }: Deed, about: About) {
  return {
    by: by === null ? null : line(by, 60),
    at: at === null ? null : clock(at, about),
  };
}

function said(part: string, view: Readonly<Record<string, unknown>>): Content {
  const text = render(`slack/workers#${part}`, view);
  return { text, blocks: [section(text)] };
}
