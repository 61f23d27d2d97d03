/** `kuroko workers drain|undrain`: a host takes nothing new, so that it can be switched off. */
import { drainExecutor, undrainExecutor, type DrainTold } from '../../operations/executor-drain.ts';
import { showCommand } from '../../operations/show.ts';
import { parsePlace } from '../../operations/find-place.ts';
import { estimateText, expectedEndText } from '../command-text.ts';
import { commandJson } from '../host-json.ts';
import { alreadyText, operatePlace } from '../operate-place.ts';
import { printJson, printLine, printTable } from '../print.ts';
import { snakeCased } from '../row-json.ts';
import { firstLine } from '../../workflow/first-line.ts';
import type { EngineFacts } from '../../operations/engine-facts.ts';
import type { RunningCommand } from '../../store/running-commands.ts';
import type { Shown } from '../../store/shown.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';
import type { PlaceRef } from '../../operations/find-place.ts';

type Options = Json & { readonly queue?: string };

export function drainExecutorVerb(
  outside: Outside,
  host: string,
  options: Options,
): Promise<number> {
  return operatePlace(
    outside,
    (tx, actor) => drainExecutor(tx, { place: placeOf(host, options), actor }),
    (told, facts) =>
      options.json ? printTold(shownTold(told, facts)) : printDraining(shownTold(told, facts)),
  );
}

export function undrainExecutorVerb(
  outside: Outside,
  host: string,
  options: Options,
): Promise<number> {
  return operatePlace(
    outside,
    (tx, actor) => undrainExecutor(tx, { place: placeOf(host, options), actor }),
    (told, facts) => {
      if (options.json) printTold(shownTold(told, facts));
      else printLine(`${told.host}:${told.queue} takes work${alreadyText(told.already)}`);
    },
  );
}

const placeOf = (host: string, { queue }: Options): PlaceRef =>
  queue === undefined ? parsePlace(host) : { host, queue };

type ShownTold = DrainTold & { readonly running: readonly Shown<RunningCommand>[] };

const shownTold = (told: DrainTold, facts: EngineFacts): ShownTold => ({
  ...told,
  running: told.running.map((command) => showCommand(command, facts)),
});

function printDraining({ host, queue, kind, already, estimate, running }: ShownTold): void {
  printLine(`${host}:${queue} takes nothing new${alreadyText(already)}`);
  if (running.length > 0) {
    printTable(
      ['WORKER', 'EXPECTED END', 'INSTANCE', 'COMMAND'],
      running.map((command) => [
        String(command.workerNumber),
        expectedEndText(command.expectedEnd),
        `#${command.instanceId} ${command.definitionName}`,
        firstLine(command.shell),
      ]),
    );
  }
  const then = kind === 'executor' ? 'then it ends' : 'it stays';
  printLine(`It ${estimateText(estimate)}; ${then}.`);
}

function printTold({ running, ...told }: ShownTold): void {
  printJson({ ...snakeCased(told), running: running.map(commandJson) });
}
