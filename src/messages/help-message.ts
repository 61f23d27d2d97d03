/** What Kuroko understands, in short, with buttons to begin with. */
import { render } from '../templates.ts';
import { actionIds, commandName } from './action-ids.ts';
import { context, section, type Content } from './blocks.ts';
import { button } from './buttons.ts';

export function helpMessage(): Content {
  const view = { command: commandName };
  return {
    text: render('slack/help#text', view),
    blocks: [
      section(render('slack/help#title', view)),
      section(render('slack/help#verbs', view)),
      {
        type: 'actions',
        elements: [
          button(actionIds.launchForm, { type: 'none' }, { style: 'primary' }),
          button(actionIds.helpList, { type: 'none' }),
          button(actionIds.helpStatus, { type: 'none' }),
          button(actionIds.helpWorkers, { type: 'none' }),
        ],
      },
      context(render('slack/help#notes', view)),
    ],
  };
}
