/** What a channel has missed while Slack could not be told, in one message. */
import { markup, render } from '../templates.ts';
import { actionIds, commandName } from './action-ids.ts';
import { context, section, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { code } from './fit.ts';
import { definitionLink, instanceLink, moment } from './phrases.ts';
import { stepText } from './step-list.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** Numbers of runs, by what has become of them. */
export interface Digest {
  /** When the first and the last of it happened. */
  readonly from: Date;
  readonly to: Date;
  readonly runs: number;
  readonly finished: number;
  /** Of those, the first of their jobs after a failure. */
  readonly normal: number;
  readonly canceled: number;
  readonly prevented: number;
  /** Their script cannot be carried out. */
  readonly critical: number;
  /** They wait for somebody. */
  readonly failed: number;
  readonly running: number;
  /** Of those, longer than expected; and those with a command that nobody takes. */
  readonly late: number;
  readonly unstarted: number;
  /** A step of theirs failed, and was skipped by the script. */
  readonly skipped: number;
  /** Those that people have to know of, as many as are named. */
  readonly named: readonly ShownRun[];
}

const parts = [
  'finished',
  'canceled',
  'prevented',
  'critical',
  'failed',
  'running',
  'unstarted',
  'skipped',
] as const;

export function digestMessage(digest: Digest, about: About): Content {
  const { from, to, runs, named, failed, critical } = digest;
  const title = render('slack/digest#title', {
    runs,
    one: runs === 1,
    from: moment(from),
    to: moment(to),
  });
  const counts = parts
    .filter((part) => digest[part] > 0)
    .map((part) => render(`slack/digest#${part}`, { ...digest, one: digest[part] === 1 }));
  const rest = failed + critical - named.length;
  return {
    text: title,
    blocks: [
      section([title, ...counts].join('\n')),
      ...named.map((run) =>
        section(
          runLine(run, about),
          button(actionIds.status, { type: 'instance', instanceId: run.instance.id }),
        ),
      ),
      ...(rest > 0 ? [context(render('slack/digest#rest', { rest, command: commandName }))] : []),
    ],
  };
}

function runLine(run: ShownRun, about: About): string {
  const { instance, tokens } = run;
  const { id, definitionId, definitionName, status, errorAt, canceledAt } = instance;
  const failed = tokens.find((token) => token.status === 'failure' || token.status === 'critical');
  const at = errorAt ?? canceledAt;
  return render(`slack/digest#named-${status}`, {
    instance: instanceLink(instance, `#${id}`, about),
    job: markup(`*${String(definitionLink(definitionId, definitionName, about))}*`),
    step: failed === undefined ? null : code(stepText(run, failed.path), 120, '(script)'),
    at: at === null ? null : moment(at),
  });
}
