/** What is said of a command that runs, wherever it is listed. */
import { commandCode, line } from './fit.ts';
import { expectedEndText } from './expected-end.ts';
import { clock, instanceLink } from './phrases.ts';
import type { RunningCommand } from '../store/running-commands.ts';
import type { Shown } from '../store/shown.ts';
import type { About } from './about.ts';

export function runningView(command: Shown<RunningCommand>, about: About) {
  return {
    number: command.workerNumber,
    ...commandView(command, about),
    since: clock(command.since, about),
    expected: expectedEndText(command.expectedEnd, about),
    stopping: command.stopRequestedBy !== null,
  };
}

/** Whose command it is, and how it reads. */
export function commandView(
  command: Shown<{
    readonly instanceId: number;
    readonly definitionId: number;
    readonly definitionName: string;
    readonly shell: string;
  }>,
  about: About,
) {
  const { instanceId: id, definitionId, definitionName, shell } = command;
  return {
    instance: instanceLink({ id, definitionId }, `${line(definitionName, 60)} #${id}`, about),
    command: commandCode(shell, 60),
  };
}
