/** One of several jobs of that name: the verb again, for this one. */
import { unknownButtonAnswer } from '../../messages/command-answers.ts';
import { deliveries } from '../commands/deliveries.ts';
import { history } from '../commands/history.ts';
import { hookVerb } from '../commands/hook.ts';
import { scheduleVerb } from '../commands/schedule.ts';
import { suspension } from '../commands/suspension.ts';
import { jobCard } from '../commands/show.ts';
import { launchJob } from '../launch-job.ts';
import { onClick } from './listen.ts';

export const matchClick = onClick('match', async (shell, click, { verb, definitionId }, actor) => {
  if (verb === 'show') return click.answer(await jobCard(shell, actor, definitionId));
  if (verb === 'history') return click.answer(await history(shell, definitionId));
  if (verb === 'deliveries') {
    const wanted = { instanceId: null, job: definitionId, dead: false };
    return click.answer(await deliveries(shell, actor, wanted));
  }
  if (verb === 'schedule' || verb === 'suspend-schedule') {
    const command = { verb, job: String(definitionId), wish: null } as const;
    return scheduleVerb(shell, click, actor, command);
  }
  if (verb === 'suspend' || verb === 'resume') {
    return suspension(shell, click, actor, { verb, job: definitionId });
  }
  if (verb === 'hook') {
    const command = { verb, job: String(definitionId), wish: null } as const;
    return hookVerb(shell, click, actor, command);
  }
  if (verb !== 'launch') return click.answer(unknownButtonAnswer());
  const wish = { job: definitionId, env: {}, channel: click.channel };
  const content = await launchJob(shell, click, actor, wish);
  if (content !== null) await click.answer(content);
});
