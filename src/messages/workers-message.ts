/** A page of executors with what their workers do; for operators with the means to see to them. */
import { render } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { executorControls } from './executor-controls.ts';
import { busyOf, executorText, type EstimatedExecutor } from './executor-text.ts';
import { code } from './fit.ts';
import { otherPages } from './other-pages.ts';
import type { About } from './about.ts';

/** Two blocks each, and names and commands of any length. */
export const workersPageSize = 8;

export interface WorkersPage {
  /** Of this page. */
  readonly executors: readonly EstimatedExecutor[];
  /** Of all pages. */
  readonly total: number;
  /** From 1. */
  readonly page: number;
  /** Who reads may suspend, resume, drain and restart. */
  readonly mayAdminister: boolean;
}

export function workersMessage(list: WorkersPage, about: About): Content {
  const { executors, total, page, mayAdminister } = list;
  const pages = Math.max(1, Math.ceil(total / workersPageSize));
  const title = titleOf(list, pages);
  return {
    text: title,
    blocks: [
      section(title),
      ...executors
        .slice(0, workersPageSize)
        .flatMap((executor) => [
          section(executorText(executor, about)),
          ...(mayAdminister ? executorControls(executor, page, about) : []),
        ]),
      ...otherPages({ of: 'workers', page, pages, query: '' }),
    ],
  };
}

function titleOf({ executors, total, page }: WorkersPage, pages: number): string {
  if (total === 0) return render('slack/workers#none', { command: code('kuroko executor', 100) });
  const workers = executors.flatMap((executor) => executor.workers);
  return render('slack/workers#title', {
    total,
    page,
    pages,
    several: pages > 1,
    busy: busyOf(workers),
    workers: workers.length,
    one: workers.length === 1,
  });
}
