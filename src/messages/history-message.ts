/** A page of commands that have ended, the last first. */
import { render } from '../templates.ts';
import { actionIds, type ButtonValue } from './action-ids.ts';
import { section, type Block, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { executionOutcome } from './execution-outcome.ts';
import { code } from './fit.ts';
import { memorySize } from './memory-size.ts';
import { jobName, moment, span } from './phrases.ts';
import { commandView } from './running-view.ts';
import type { EndedCommand } from '../store/ended-commands.ts';
import type { Shown } from '../store/shown.ts';
import type { About } from './about.ts';

export const historyPageSize = 10;

export interface HistoryPage {
  /** Null: of all jobs. */
  readonly definition: { readonly id: number; readonly name: string } | null;
  /** Of this page, the last to end first. */
  readonly commands: readonly Shown<EndedCommand>[];
  /** It begins with the last that ended. */
  readonly newest: boolean;
  /** Others ended before these. */
  readonly more: boolean;
}

export function historyMessage(history: HistoryPage, about: About): Content {
  const { definition, commands, newest } = history;
  const job = definition === null ? null : jobName(definition.name);
  const part = commands.length > 0 ? 'title' : newest ? 'none' : 'none-older';
  const title = render(`slack/history#${part}`, { job });
  return {
    text: title,
    blocks: [
      section(title),
      ...commands.slice(0, historyPageSize).map((command) => row(command, about)),
      ...otherTimes(history),
    ],
  };
}

function row(command: Shown<EndedCommand>, about: About): Block {
  const { instanceId, startedAt, finishedAt, peakMemory, host } = command;
  return section(
    render('slack/history#row', {
      ...commandView(command, about),
      mark: succeeded(command) ? '✔' : '✖',
      how: executionOutcome(command),
      step: code(command.path, 80, '/'),
      took: startedAt === null ? null : span(startedAt, finishedAt),
      memory: peakMemory === null ? null : memorySize(peakMemory),
      host: host === null ? null : code(host, 60),
      at: moment(finishedAt),
    }),
    button(actionIds.status, { type: 'instance', instanceId }),
  );
}

const succeeded = ({
  status,
  exitStatus,
  timedOut,
}: Pick<EndedCommand, 'status' | 'exitStatus' | 'timedOut'>): boolean =>
  status === 'finished' && exitStatus === 0 && !timedOut;

/** By the last row that is shown: what ends meanwhile moves no page. */
function otherTimes({ definition, commands, newest, more }: HistoryPage): Block[] {
  const before = (executionId: number | null): ButtonValue => ({
    type: 'history',
    definitionId: definition?.id ?? null,
    before: executionId,
  });
  const last = commands.at(-1);
  const elements = [
    ...(newest ? [] : [button(actionIds.newest, before(null))]),
    ...(more && last !== undefined ? [button(actionIds.older, before(last.executionId))] : []),
  ];
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
