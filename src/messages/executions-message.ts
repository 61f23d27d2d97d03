/** A page of commands that wait for a worker, and why, and then of those that run. */
import { render } from '../templates.ts';
import { actionIds } from './action-ids.ts';
import { section, type Block, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { code } from './fit.ts';
import { otherPages } from './other-pages.ts';
import { span } from './phrases.ts';
import { placeView } from './place-view.ts';
import { commandView, runningView } from './running-view.ts';
import type { PendingCommand } from '../store/pending-commands.ts';
import type { RunningCommand } from '../store/running-commands.ts';
import type { Shown } from '../store/shown.ts';
import type { About } from './about.ts';

export const executionsPageSize = 10;

export interface ExecutionsPage {
  /** From 1. */
  readonly page: number;
  /** Of all pages. */
  readonly waiting: number;
  readonly running: number;
  /** Of this page, oldest first. */
  readonly waitingCommands: readonly Shown<PendingCommand>[];
  /** Of this page. */
  readonly runningCommands: readonly Shown<RunningCommand>[];
}

export function executionsMessage(list: ExecutionsPage, about: About): Content {
  const { page, waiting, running } = list;
  const total = waiting + running;
  const pages = Math.max(1, Math.ceil(total / executionsPageSize));
  const title = render(total === 0 ? 'slack/executions#none' : 'slack/executions#title', {
    waiting,
    waitingOne: waiting === 1,
    running,
    runningOne: running === 1,
    page,
    pages,
    several: pages > 1,
  });
  const rows = [
    ...list.waitingCommands.map((command) => waitingRow(command, about)),
    ...list.runningCommands.map((command) => runningRow(command, about)),
  ];
  return {
    text: title,
    blocks: [
      section(title),
      ...rows.slice(0, executionsPageSize),
      ...otherPages({ of: 'executions', page, pages, query: '' }),
    ],
  };
}

function waitingRow(command: Shown<PendingCommand>, about: About): Block {
  const { instanceId, queue, secondsWaited, waitsFor } = command;
  // Waited by the database's clock: ours may differ.
  const since = new Date(about.now.getTime() - secondsWaited * 1_000);
  return section(
    render('slack/executions#waiting', {
      ...commandView(command, about),
      queue: code(queue, 80),
      age: span(since, about.now),
      why: render(`slack/executions#waits-${waitsFor}`),
    }),
    statusButton(instanceId),
  );
}

function runningRow(command: Shown<RunningCommand>, about: About): Block {
  return section(
    render('slack/executions#running', { ...runningView(command, about), ...placeView(command) }),
    statusButton(command.instanceId),
  );
}

const statusButton = (instanceId: number) =>
  button(actionIds.status, { type: 'instance', instanceId });
