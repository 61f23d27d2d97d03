/** One executor: whether it is there, what its workers run, and which of them are free. */
import { render } from '../templates.ts';
import { commandName } from './action-ids.ts';
import { emptyText } from './expected-end.ts';
import { line } from './fit.ts';
import { fitLines } from './fit-lines.ts';
import { numberRanges } from './number-ranges.ts';
import { clock, moment } from './phrases.ts';
import { placeView } from './place-view.ts';
import { restartWishText } from './restart-wish-text.ts';
import { runningView } from './running-view.ts';
import { workerState } from './worker-state.ts';
import type { DrainEstimate } from '../store/usual-durations.ts';
import type { ShownExecutor } from '../store/shown.ts';
import type { About } from './about.ts';

export interface EstimatedExecutor extends ShownExecutor {
  /** When nothing of it will run any more, if it takes nothing new. */
  readonly estimate: DrainEstimate;
}

type Worker = ShownExecutor['workers'][number];

/** Of 3,000 characters: the rest is for the head, and for what is said of those that run nothing. */
const runningRoom = 1_700;
/** Of more no line would be seen. */
const fitAtMost = 40;

export function executorText(executor: EstimatedExecutor, about: About): string {
  return [head(executor, about), ...runningLines(executor, about), ...idleLines(executor)].join(
    '\n',
  );
}

export const busyOf = (workers: readonly Worker[]): number =>
  workers.filter(({ running }) => running !== null).length;

function head(executor: EstimatedExecutor, about: About): string {
  const { workers, presence, beatAt, leftAt, drainingAt, drainingBy, restart } = executor;
  return render('slack/workers#executor', {
    ...placeView(executor),
    busy: busyOf(workers),
    workers: workers.length,
    away: presence === 'away' ? moment(beatAt) : null,
    left: presence === 'left' && leftAt !== null ? moment(leftAt) : null,
    draining: drainingAt === null ? null : clock(drainingAt, about),
    by: drainingBy === null ? null : line(drainingBy, 60),
    empty: emptyText(executor.estimate, about),
    restart: restart === null ? null : restartWishText(restart, about),
  });
}

function runningLines({ workers }: EstimatedExecutor, about: About): string[] {
  const running = workers.flatMap(({ running: command, suspended }) =>
    command === null ? [] : [{ command, suspended }],
  );
  if (running.length === 0) return [];
  const lines = running
    .slice(0, fitAtMost)
    .map(({ command, suspended }) =>
      render('slack/workers#running', { ...runningView(command, about), suspended }),
    );
  return [
    fitLines(lines, runningRoom, (rest) =>
      render('slack/workers#running-rest', {
        rest: rest + running.length - lines.length,
        command: commandName,
      }),
    ),
  ];
}

/** Those that run nothing: which may take something, which may not. */
function idleLines(executor: EstimatedExecutor): string[] {
  const idle = executor.workers.filter(({ running }) => running === null);
  const awake = idle.filter(({ suspended }) => !suspended);
  const takes = (worker: Worker) => workerState(executor, worker).hindrance === null;
  const suspended = idle.filter((worker) => worker.suspended);
  return [
    ...numbersLine('free', awake.filter(takes).map(ownNumber)),
    ...numbersLine('idle', awake.filter((worker) => !takes(worker)).map(ownNumber)),
    ...(suspended.length === 0
      ? []
      : [render('slack/workers#suspended', { numbers: line(namesOf(suspended), 300) })]),
  ];
}

const ownNumber = ({ number }: Worker): number => number;

function numbersLine(part: 'free' | 'idle', numbers: readonly number[]): string[] {
  if (numbers.length === 0) return [];
  return [render(`slack/workers#${part}`, { numbers: line(numberRanges(numbers), 300) })];
}

function namesOf(suspended: readonly Worker[]): string {
  return suspended
    .map(({ number, suspensionBy: by }) =>
      by === null ? `${number}` : `${number} (${line(by, 40)})`,
    )
    .join(', ');
}
