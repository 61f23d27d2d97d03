/** The tail of a run's log, and of what its last commands wrote. */
import { render } from '../templates.ts';
import { context, section, type Content } from './blocks.ts';
import { commandCode, outputBlock } from './fit.ts';
import { definitionLink, instanceLink, jobName } from './phrases.ts';
import type { Execution } from '../store/executions.ts';
import type { Instance } from '../store/instances.ts';
import type { LogLine } from '../store/logs.ts';
import type { Shown } from '../store/shown.ts';
import type { About } from './about.ts';

const linesShown = 30;
const outputsShown = 3;
const outputLines = 20;

export interface Logs {
  readonly instance: Instance;
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** Oldest first; `tail` is the end of what the command wrote. */
  readonly outputs: readonly { readonly execution: Shown<Execution>; readonly tail: string }[];
}

export function logsMessage({ instance, lines, outputs }: Logs, about: About): Content {
  const { id, definitionId, definitionName } = instance;
  const left = lines.length - linesShown;
  const view = { id, left: left > 0 ? left : null };
  const text = lines
    .slice(-linesShown)
    .map(({ at, level, message }) => `${at.toISOString().slice(11, 19)} ${level} ${message}`)
    .join('\n');
  return {
    text: render('slack/logs#title', { ...view, job: jobName(definitionName) }),
    blocks: [
      section(
        render('slack/logs#title', {
          id: instanceLink(instance, String(id), about),
          job: definitionLink(definitionId, definitionName, about),
        }),
      ),
      section(String(outputBlock(text, linesShown * 4, 2_900, render('slack/logs#nothing')))),
      ...outputs
        .slice(-outputsShown)
        .flatMap(({ execution, tail }) => [
          context(render('slack/logs#output', { command: commandCode(execution.shell, 200) })),
          section(String(outputBlock(tail, outputLines, 2_900, render('slack/failure#no-output')))),
        ]),
      context(render('slack/logs#note', view)),
    ],
  };
}
