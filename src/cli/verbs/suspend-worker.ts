/** `kuroko workers suspend|resume`: whether a worker takes what comes next. */
import { showCommand } from '../../operations/show.ts';
import { parsePlace } from '../../operations/find-place.ts';
import {
  resumeWorker,
  suspendWorker,
  type WorkerTold,
} from '../../operations/worker-suspension.ts';
import { snakeCased } from '../row-json.ts';
import { commandJson } from '../host-json.ts';
import { alreadyText, operatePlace } from '../operate-place.ts';
import { printJson, printLine } from '../print.ts';
import type { EngineFacts } from '../../operations/engine-facts.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export function suspendWorkerVerb(
  outside: Outside,
  place: string,
  number: number,
  { json }: Json,
): Promise<number> {
  return operatePlace(
    outside,
    (tx, actor) => suspendWorker(tx, { place: parsePlace(place), number, actor }),
    (told, facts) => {
      if (json) return printTold(told, facts);
      const rest = told.running === null ? '' : `; it finishes #${told.running.instanceId} first`;
      printLine(`${nameOf(told)} is suspended${alreadyText(told.already)}${rest}`);
    },
  );
}

export function resumeWorkerVerb(
  outside: Outside,
  place: string,
  number: number,
  { json }: Json,
): Promise<number> {
  return operatePlace(
    outside,
    (tx, actor) => resumeWorker(tx, { place: parsePlace(place), number, actor }),
    (told, facts) => {
      if (json) return printTold(told, facts);
      printLine(`${nameOf(told)} takes work${alreadyText(told.already)}`);
    },
  );
}

const nameOf = ({ host, queue, number }: WorkerTold): string => `${host}:${queue} worker ${number}`;

function printTold({ running, ...told }: WorkerTold, facts: EngineFacts): void {
  const shown = running === null ? null : commandJson(showCommand(running, facts));
  printJson({ ...snakeCased(told), running: shown });
}
