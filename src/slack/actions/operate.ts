/** Retry, Skip, Cancel and Terminate: the run's own message shows that it is done. */
import { operate } from '../operate.ts';
import { onClick } from './listen.ts';

/** The button asks where there is a risk. */
export const retryClick = onClick('token', (shell, click, { type: _type, ...ids }, actor) =>
  operate(shell, actor, {
    verb: 'retry',
    ...ids,
    risk: 'accepted',
    requestKey: `slack:${click.key}`,
  }),
);

export const skipClick = onClick('token', (shell, click, { type: _type, ...ids }, actor) =>
  operate(shell, actor, { verb: 'skip', ...ids, requestKey: `slack:${click.key}` }),
);

export const cancelClick = onClick('instance', (shell, click, { instanceId }, actor) =>
  operate(shell, actor, { verb: 'cancel', instanceId, requestKey: `slack:${click.key}` }),
);

export const terminateClick = onClick('execution', (shell, click, { type: _type, ...ids }, actor) =>
  operate(shell, actor, { verb: 'terminate', ...ids, requestKey: `slack:${click.key}` }),
);
