/** One run in one line of a list. */
import { render } from '../templates.ts';
import { elapsed, instanceLink, jobName, moment, person, span } from './phrases.ts';
import type { InstanceSummary } from '../store/instances.ts';
import type { About } from './about.ts';

/** `named`: with the name of its job. */
export function instanceRow(
  instance: InstanceSummary,
  about: About,
  { named }: { readonly named: boolean },
): string {
  const { id, definitionName, status, launchedBy, createdAt, finishedAt, canceledAt } = instance;
  const prevented = instance.preventedBy !== null;
  const ended = prevented ? null : (finishedAt ?? canceledAt);
  return render('slack/states#row', {
    state: render(`slack/states#${prevented ? 'prevented' : status}`),
    instance: instanceLink(instance, `#${id}`, about),
    job: named ? jobName(definitionName) : null,
    by: person(launchedBy, null),
    started: moment(createdAt),
    took: ended === null ? null : span(createdAt, ended),
    elapsed: status === 'working' ? elapsed(createdAt, about.now) : null,
  });
}
