/** The hooks of a job, and the secret of one that was made or rotated. */
import { render, type Markup } from '../templates.ts';
import { commandName } from './action-ids.ts';
import { context, section, type Content } from './blocks.ts';
import { code, line } from './fit.ts';
import { definitionLink, jobName, moment } from './phrases.ts';
import type { About } from './about.ts';
import type { Hook } from '../store/hooks.ts';

interface Job {
  readonly id: number;
  readonly name: string;
}

const shown = 15;

export function hookList(job: Job, hooks: readonly Hook[], about: About): Content {
  const view = { id: job.id, none: hooks.length === 0, command: commandName };
  const rest = hooks.length - shown;
  return {
    text: render('slack/hook#text', { ...view, job: jobName(job.name) }),
    blocks: [
      section(
        render('slack/hook#title', { ...view, job: definitionLink(job.id, job.name, about) }),
      ),
      ...hooks.slice(0, shown).map((hook) => section(row(hook, about))),
      ...(rest > 0 ? [context(render('slack/hook#rest', { ...view, rest }))] : []),
    ],
  };
}

function row(hook: Hook, about: About): string {
  const { createdAt, rotatedAt, lastUsedAt } = hook;
  return render('slack/hook#row', {
    ...common(hook, about),
    by: line(hook.createdBy, 80),
    made: moment(createdAt),
    rotated: rotatedAt === null ? null : moment(rotatedAt),
    used: lastUsedAt === null ? null : moment(lastUsedAt),
  });
}

/** For one person alone: nobody is shown it again. */
export function hookSecretAnswer(
  deed: 'create' | 'rotate',
  job: Job,
  { hook, secret }: { readonly hook: Hook; readonly secret: string },
  about: About,
): Content {
  const view = { ...common(hook, about), secret: code(secret, 100) };
  const done = (name: Markup | string) => render(`slack/hook#${deed}`, { ...view, job: name });
  return {
    // A notification is no place for a secret.
    text: done(jobName(job.name)),
    blocks: [
      section(done(definitionLink(job.id, job.name, about))),
      section(render('slack/hook#secret', view)),
      context(render('slack/hook#how', view)),
    ],
  };
}

export function hookRemovedAnswer(job: Job, { name }: Hook): Content {
  const text = render('slack/hook#remove', { name: line(name, 80), job: jobName(job.name) });
  return { text, blocks: [section(text)] };
}

function common({ id, name, mapping, formerUntil }: Hook, about: About) {
  const variables = Object.entries(mapping).map(([variable, place]) => `${variable}=${place}`);
  return {
    name: line(name, 80),
    url: code(hookUrl(about.baseUrl, id), 300),
    variables: variables.length === 0 ? null : code(variables.join(' '), 800),
    former: formerUntil === null ? null : moment(formerUntil),
  };
}

/** Where whoever calls it sends its body. */
export const hookUrl = (baseUrl: string, id: number): string =>
  `${baseUrl.replace(/\/+$/, '')}/v1/hooks/${id}`;
