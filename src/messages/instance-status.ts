/** One run in full: its summary, every command it has started, and its buttons. */
import { render } from '../templates.ts';
import { context, section, type Block, type Content } from './blocks.ts';
import { failedTokens, logsButton, runButtons } from './buttons.ts';
import { executionOutcome } from './execution-outcome.ts';
import { code, line } from './fit.ts';
import { memorySize } from './memory-size.ts';
import { peakMemory } from './peak-memory.ts';
import { moment, size, span } from './phrases.ts';
import { runSummary, runTitle } from './run-message.ts';
import { stepText } from './step-list.ts';
import type { Execution } from '../store/executions.ts';
import type { Untold } from '../store/untold.ts';
import type { ShownRun } from '../store/shown.ts';
import type { About } from './about.ts';

/** Commands at most, the last ones. */
const shown = 8;

/** `untold`: what could not be told of it in its channel. */
export function instanceStatus(run: ShownRun, about: About, untold: Untold | null = null): Content {
  const commands = run.executions.slice(-shown).map((execution) => command(run, execution, about));
  // Names only: what the values are is nobody's business in a channel.
  const names = Object.keys(run.instance.env);
  const logs: Block = { type: 'actions', elements: [logsButton(run)] };
  return {
    text: runTitle(run),
    blocks: [
      ...runSummary(run, about),
      ...(untold === null ? [] : [context(untoldLine(untold))]),
      ...(names.length === 0
        ? []
        : [context(render('slack/status#environment', { names: line(names.join(', '), 500) }))]),
      ...(commands.length === 0 ? [] : [section([commandsTitle(run), ...commands].join('\n'))]),
      ...runButtons(run),
      ...(failedTokens(run).length === 0 ? [] : [logs]),
    ],
  };
}

function untoldLine({ event, since, reason, givenUp }: Untold): string {
  const view = { event, since: moment(since), reason: line(reason, 300) };
  return render(`slack/status#${givenUp ? 'given-up' : 'untold'}`, view);
}

function commandsTitle({ executions }: ShownRun): string {
  const memory = peakMemory(executions);
  return render('slack/status#commands', { memory: memory === null ? null : memorySize(memory) });
}

function command(run: ShownRun, execution: Execution, about: About): string {
  const { startedAt, finishedAt, outputSize, host, peakMemory: memory } = execution;
  return render('slack/status#command', {
    step: code(stepText(run, execution.path), 150),
    how: executionOutcome(execution),
    host: host === null ? null : code(host, 60),
    took: startedAt === null ? null : span(startedAt, finishedAt ?? about.now),
    output: outputSize > 0 ? size(outputSize) : null,
    memory: memory === null ? null : memorySize(memory),
  });
}
