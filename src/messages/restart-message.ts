/** What runs on an executor that is to be started again, and the three ways to do it. */
import { render, type Markup } from '../templates.ts';
import { actionIds, commandName, type ButtonValue } from './action-ids.ts';
import { context, section, type Block, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { busyOf, type EstimatedExecutor } from './executor-text.ts';
import { emptyText } from './expected-end.ts';
import { code } from './fit.ts';
import { fitLines } from './fit-lines.ts';
import { clock } from './phrases.ts';
import { placeView, plainPlaceView } from './place-view.ts';
import { restartWishText } from './restart-wish-text.ts';
import { runningView } from './running-view.ts';
import type { RestartWish } from '../store/restarts.ts';
import type { About } from './about.ts';

/** Executors at most: of more, somebody says which. */
const shown = 8;
const runningRoom = 1_700;

export function restartMessage(executors: readonly EstimatedExecutor[], about: About): Content {
  const title = render(executors.length === 0 ? 'slack/restart#none' : 'slack/restart#title');
  const rest = executors.length - shown;
  return {
    text: title,
    blocks: [
      section(title),
      ...executors.slice(0, shown).flatMap((executor) => choice(executor, about)),
      ...(executors.length === 0 ? [] : [context(render('slack/restart#notes'))]),
      ...(rest > 0
        ? [context(render('slack/restart#rest', { rest, command: code(example, 60) }))]
        : []),
    ],
  };
}

const example = `${commandName} restart HOST`;

function choice(executor: EstimatedExecutor, about: About): Block[] {
  const { id: executorId, startedAt } = executor;
  const running = busyOf(executor.workers);
  const value: ButtonValue = { type: 'process', executorId, startedAt: startedAt.getTime() };
  const confirm = { ...plainPlaceView(executor), running, one: running === 1 };
  return [
    section(whatRuns(executor, about)),
    {
      type: 'actions',
      elements: [
        button(actionIds.restartHandOver, value, { style: 'primary' }),
        button(actionIds.restartWait, value),
        button(actionIds.restartStop, value, { style: 'danger', confirm }),
      ],
    },
  ];
}

function whatRuns(executor: EstimatedExecutor, about: About): string {
  const { workers, restart, estimate } = executor;
  const running = workers.flatMap((worker) =>
    worker.running === null
      ? []
      : [render('slack/restart#running', runningView(worker.running, about))],
  );
  const head = render('slack/restart#executor', {
    ...placeView(executor),
    running: running.length,
    one: running.length === 1,
    empty: emptyText(estimate, about),
    wish: restart === null ? null : restartWishText(restart, about),
  });
  if (running.length === 0) return head;
  const lines = fitLines(running, runningRoom, (count) =>
    render('slack/restart#running-rest', { rest: count }),
  );
  return `${head}\n${lines}`;
}

/** For everybody: who starts it again, and what becomes of its commands. */
export function restartAsked(
  executor: EstimatedExecutor,
  mode: RestartWish['mode'],
  who: Markup,
  about: About,
): Content {
  const running = busyOf(executor.workers);
  return said(`did-${mode}`, {
    ...placeView(executor),
    who,
    running,
    one: running === 1,
    empty: emptyText(executor.estimate, about),
  });
}

/** In place of the buttons. */
export const restartTaken = (): Content =>
  said('asked', { command: code(`${commandName} workers`, 60) });

/** Somebody asked for the same before. */
export const restartLate = (
  executor: EstimatedExecutor,
  wish: RestartWish,
  about: About,
): Content => said('late-same', { ...placeView(executor), wish: restartWishText(wish, about) });

/** It is not the process that was shown. */
export const restartBack = (executor: EstimatedExecutor, about: About): Content =>
  said('late-back', {
    ...placeView(executor),
    at: clock(executor.startedAt, about),
    command: code(`${commandName} restart`, 60),
  });

function said(part: string, view: Readonly<Record<string, unknown>>): Content {
  const text = render(`slack/restart#${part}`, view);
  return { text, blocks: [section(text)] };
}
