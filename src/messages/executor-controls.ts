/** What operators may do to an executor and its workers: a menu and buttons. */
import { render } from '../templates.ts';
import { actionIds, encodeValue, type ButtonValue } from './action-ids.ts';
import { plain, type Block, type Option, type Select } from './blocks.ts';
import { button } from './buttons.ts';
import { emptyPlainText } from './expected-end.ts';
import { limits } from './limits.ts';
import { plainPlaceView } from './place-view.ts';
import type { About } from './about.ts';
import type { EstimatedExecutor } from './executor-text.ts';

/** None for one that has left. `page` is where it is listed. */
export function executorControls(executor: EstimatedExecutor, page: number, about: About): Block[] {
  const { id: executorId, presence, drainingAt } = executor;
  if (presence === 'left') return [];
  const value: ButtonValue = { type: 'executor', executorId, page };
  return [
    {
      type: 'actions',
      elements: [
        ...workerMenu(executor, page),
        drainingAt === null ? drainButton(executor, value, about) : undrainButton(value),
        button(actionIds.restart, value),
      ],
    },
  ];
}

function drainButton(executor: EstimatedExecutor, value: ButtonValue, about: About) {
  const confirm = {
    ...plainPlaceView(executor),
    empty: emptyPlainText(executor.estimate, about),
    ends: executor.kind === 'executor',
  };
  return button(actionIds.drain, value, { confirm });
}

const undrainButton = (value: ButtonValue) => button(actionIds.undrain, value);

/** One menu however many workers there are: four buttons a host would fill a phone. */
function workerMenu({ id: executorId, workers }: EstimatedExecutor, page: number): Select[] {
  const options = workers.slice(0, limits.options).map(({ number, suspended }): Option => {
    const wish = suspended ? 'resume' : 'suspend';
    return {
      text: plain(render(`slack/workers#menu-${wish}`, { number })),
      value: encodeValue({ type: 'worker', wish, executorId, number, page }),
    };
  });
  if (options.length === 0) return [];
  return [
    {
      type: 'static_select',
      action_id: actionIds.seeToWorker,
      placeholder: plain(render('slack/workers#menu')),
      options,
    },
  ];
}
