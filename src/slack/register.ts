/** Hangs every listener into Bolt: each payload is acknowledged first, then worked on. */
import {
  clickListeners,
  commandListeners,
  eventListeners,
  fieldListeners,
  submitListeners,
  unknownClick,
} from './listeners.ts';
import { clickOf } from './actions/click.ts';
import type { App, BlockAction, ButtonAction, StaticSelectAction } from '@slack/bolt';
import type { Shell } from './shell.ts';

export function registerListeners(app: App, shell: Shell): void {
  for (const [name, listener] of Object.entries(commandListeners)) {
    app.command(name, async ({ ack, command, respond }) => {
      await ack();
      await listener(shell, command, respond);
    });
  }
  // Bolt acknowledges events itself.
  app.event('app_mention', ({ event, body }) =>
    eventListeners.app_mention(shell, event, body.event_id),
  );
  app.event('message', ({ event, body }) =>
    eventListeners['message.im'](shell, event, body.event_id),
  );
  app.action<BlockAction<Pressed>>(/^/, async ({ ack, body, action, respond }) => {
    await ack();
    const { user, view } = body;
    if (view && isField(action.action_id)) {
      return fieldListeners[action.action_id](shell, { userId: user.id, view });
    }
    const listener = isOurs(action.action_id) ? clickListeners[action.action_id] : unknownClick;
    await listener(shell, clickOf(shell, body, action, respond));
  });
  for (const [callbackId, listener] of Object.entries(submitListeners)) {
    app.view({ callback_id: callbackId, type: 'view_submission' }, ({ ack, body, view }) =>
      listener(shell, { userId: body.user.id, view }, async (answer) => {
        await (answer === undefined ? ack() : ack(answer));
      }),
    );
  }
  app.error(async (failure: object) => {
    const error = 'error' in failure ? failure.error : failure;
    shell.log.error({ err: error }, 'a listener failed');
  });
}

type Pressed = ButtonAction | StaticSelectAction;

function isOurs(actionId: string): actionId is keyof typeof clickListeners {
  return Object.hasOwn(clickListeners, actionId);
}

function isField(actionId: string): actionId is keyof typeof fieldListeners {
  return Object.hasOwn(fieldListeners, actionId);
}
