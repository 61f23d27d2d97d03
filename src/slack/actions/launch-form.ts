/** "Launch...": the form, for any job or for the one whose card it is. */
import { openLaunchForm } from '../launch-form.ts';
import type { ClickListener } from './listen.ts';

export const launchFormClick: ClickListener = (shell, click) => {
  const { value } = click;
  const definitionId = value?.type === 'definition' ? value.definitionId : null;
  return openLaunchForm(shell, click, click.triggerId, { definitionId, env: [] });
};
