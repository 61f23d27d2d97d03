/** What runs now, and what has failed and waits for somebody. */
import { render } from '../templates.ts';
import { actionIds } from './action-ids.ts';
import { context, section, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { instanceRow } from './instance-row.ts';
import type { InstanceSummary } from '../store/instances.ts';
import type { About } from './about.ts';

const shown = 15;

/** `instances`: those in WORKING and ERROR, newest first. */
export function statusMessage(instances: readonly InstanceSummary[], about: About): Content {
  const failed = instances.filter(({ status }) => status === 'error');
  const view = { running: instances.length - failed.length, failed: failed.length };
  const title = render(instances.length === 0 ? 'slack/status#none' : 'slack/status#title', view);
  const rest = instances.length - shown;
  // Those that wait for somebody come first.
  const sorted = [...failed, ...instances.filter(({ status }) => status !== 'error')];
  return {
    text: title,
    blocks: [
      section(title),
      ...sorted
        .slice(0, shown)
        .map((instance) =>
          section(
            instanceRow(instance, about, { named: true }),
            button(actionIds.status, { type: 'instance', instanceId: instance.id }),
          ),
        ),
      ...(rest > 0 ? [context(render('slack/status#rest', { rest }))] : []),
    ],
  };
}
