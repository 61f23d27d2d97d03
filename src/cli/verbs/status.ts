/** `kuroko status`: what runs and what has failed, or one instance in full. */
import { notFound } from '../../errors.ts';
import { showRun } from '../../operations/show.ts';
import { peakMemory } from '../../messages/peak-memory.ts';
import { listInstances } from '../../store/instances.ts';
import { untoldOf, waitingForSlack, type Untold } from '../../store/untold.ts';
import { readRun, type Run } from '../../store/run.ts';
import { memoryText } from '../command-text.ts';
import { printJson, printLine, printNote, printTable } from '../print.ts';
import {
  executionJson,
  instanceJson,
  instanceSummaryJson,
  snakeCased,
  tokenJson,
} from '../row-json.ts';
import { stateNames, timeText } from '../row-text.ts';
import { withSession, type Session } from '../session.ts';
import { firstLine } from '../../workflow/first-line.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';
import type { Database } from '../../store/database.ts';
import type { Execution } from '../../store/executions.ts';

const limit = 200;

export function statusVerb(
  outside: Outside,
  id: number | undefined,
  options: Json,
): Promise<number> {
  return withSession(outside, (session) =>
    id === undefined ? all(session.db, options) : one(session, id, options),
  );
}

async function all(db: Database, { json }: Json): Promise<number> {
  const instances = await listInstances(db, { statuses: ['working', 'error'], limit });
  const waiting = json ? null : await waitingForSlack(db);
  if (waiting !== null) {
    const { count, since, reason } = waiting;
    printNote(`${count} messages wait for Slack since ${timeText(since)}: ${reason}`);
  }
  if (json) printJson({ instances: instances.map(instanceSummaryJson) });
  else if (instances.length === 0) printNote('Nothing runs, and nothing has failed.');
  else {
    printTable(
      ['INSTANCE', 'STATE', 'LAUNCHED', 'BY', 'JOB'],
      instances.map((row) => [
        String(row.id),
        stateNames[row.status],
        timeText(row.createdAt),
        row.launchedBy,
        `${row.definitionId} ${row.definitionName}`,
      ]),
    );
  }
  return 0;
}

async function one({ db, facts }: Session, id: number, { json }: Json): Promise<number> {
  const run = await readRun(db, id);
  if (run === null) throw notFound(`There is no instance #${id}.`);
  const { instance, tokens, executions, parent, children, awaited } = showRun(run, facts);
  const memory = peakMemory(executions);
  const untold = await untoldOf(db, id);
  if (json) {
    printJson({
      ...instanceJson(instance),
      parent: parent === null ? null : snakeCased(parent),
      children: children.map(snakeCased),
      awaited: awaited.map(snakeCased),
      tokens: tokens.map(tokenJson),
      executions: executions.map(executionJson),
      peak_memory: memory,
      untold: untold === null ? null : snakeCased(untold),
    });
    return 0;
  }
  const { definitionId, definitionName, status, launchedBy, createdAt } = instance;
  printLine(`#${id} ${stateNames[status]}  ${definitionId} ${definitionName}`);
  printLine(`launched ${timeText(createdAt)} by ${launchedBy}`);
  if (instance.scriptChanged) printLine('script changed for this run');
  if (parent !== null) printLine(`sub process of #${parent.id} ${parent.definitionName}`);
  if (instance.preventedBy !== null) printLine(`prevented by #${instance.preventedBy}`);
  if (instance.errorAt !== null) printLine(`in error since ${timeText(instance.errorAt)}`);
  if (instance.finishedAt !== null) printLine(`finished ${timeText(instance.finishedAt)}`);
  if (instance.canceledAt !== null) printLine(`cancelled ${timeText(instance.canceledAt)}`);
  if (untold !== null) printLine(untoldText(untold));
  if (memory !== null) printLine(`memory ${memoryText(memory)} at most`);
  if (tokens.length > 0) {
    printLine();
    printTable(
      ['TOKEN', 'STATE', 'STEP', 'SINCE'],
      tokens.map((token) => [
        String(token.id),
        token.status,
        token.path === '' ? '/' : token.path,
        timeText(token.enteredAt),
      ]),
    );
  }
  printRelations(run);
  if (executions.length > 0) {
    printLine();
    printTable(
      ['EXECUTION', 'RESULT', 'STARTED', 'STEP', 'COMMAND'],
      executions.map((execution) => [
        String(execution.id),
        resultText(execution),
        timeText(execution.startedAt ?? execution.claimedAt),
        execution.path,
        firstLine(execution.shell),
      ]),
    );
  }
  return 0;
}

const untoldText = ({ event, since, reason, givenUp }: Untold): string =>
  givenUp
    ? `Slack could not be told of ${event} at ${timeText(since)}: ${reason}`
    : `Slack has not been told of ${event} since ${timeText(since)}: ${reason}`;

/** What its steps have launched, and what they wait for. */
function printRelations({ children, awaited }: Pick<Run, 'children' | 'awaited'>): void {
  if (awaited.length > 0) {
    printLine();
    printTable(
      ['WAITS FOR', 'PERIOD', 'FINISHED'],
      awaited.map((job) => [
        `${job.definitionId} ${job.definitionName ?? ''}`,
        job.period,
        job.instanceId === null ? '-' : `#${job.instanceId}`,
      ]),
    );
  }
  if (children.length === 0) return;
  printLine();
  printTable(
    ['LAUNCHED', 'STATE', 'AT', 'JOB'],
    children.map((child) => [
      `#${child.id}`,
      stateNames[child.status],
      timeText(child.createdAt),
      `${child.definitionId} ${child.definitionName}`,
    ]),
  );
}

function resultText({ status, exitStatus, termSignal, timedOut }: Execution): string {
  if (status !== 'finished') return status;
  return `${termSignal ?? `exit ${exitStatus ?? '?'}`}${timedOut ? ' (time limit)' : ''}`;
}
