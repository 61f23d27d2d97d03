/** `kuroko restart`: has the process of an executor started again, and says what became of its commands. */
import { invalid } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { parsePlace, type PlaceRef } from '../../operations/find-place.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import {
  planRestart,
  restartExecutor,
  type RestartPlan,
} from '../../operations/restart-executor.ts';
import { countByFate, type RestartMode } from '../../store/restarts.ts';
import { askRestartMode } from '../ask-restart-mode.ts';
import { awaitRestart, type RestartOutcome } from '../await-restart.ts';
import { estimateText, expectedEndText } from '../command-text.ts';
import { printJson, printLine, printNote, printTable } from '../print.ts';
import { withSession, type Session } from '../session.ts';
import type { Json } from '../json-option.ts';
import type { Outside } from '../outside.ts';

export interface RestartOptions extends Json {
  readonly queue?: string;
  readonly wait?: true;
  readonly handOver?: true;
  readonly stop?: true;
  readonly yes?: true;
}

export function restartVerb(
  outside: Outside,
  host: string | undefined,
  options: RestartOptions,
): Promise<number> {
  const given = givenMode(options);
  return withSession(outside, async (session) => {
    const { db, actor } = session;
    const plan = await asOperator(session, (tx) => planRestart(tx, placeOf(host, options)));
    if (!options.json) printPlan(plan);
    const mode = given ?? (await wishedMode(plan, options));
    if (mode === null) return 1;
    const { queue } = plan;
    const place = { host: plan.host, queue };
    const { at } = await asOperator(session, (tx) => restartExecutor(tx, { place, mode, actor }));
    const begun = performance.now();
    if (!options.json) printLine(announced[mode]);
    const outcome = await awaitRestart(db, { ...plan, mode, at }, () =>
      printNote(
        `Nobody has taken the wish in 15 s: look at the log of ${plan.host}. ` +
          'The wish stays; it can also be started again there.',
      ),
    );
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const fate =
      outcome.type === 'restarted'
        ? await countByFate(
            db,
            plan.running.map(({ executionId }) => executionId),
          )
        : null;
    if (options.json) {
      printJson({
        host: plan.host,
        queue,
        mode,
        outcome: outcome.type,
        reason: outcome.type === 'refused' ? outcome.reason : null,
        seconds,
        went_over: fate?.wentOver ?? null,
        ended: fate?.ended ?? null,
        lost: fate?.lost ?? null,
      });
    } else printOutcome(plan, outcome, seconds, fate);
    return outcome.type === 'restarted' ? 0 : 1;
  });
}

const announced: Readonly<Record<RestartMode, string>> = {
  hand_over: 'It hands its commands over and is started again ...',
  wait: 'It takes nothing new, and is started again when its commands have ended ...',
  stop: 'It stops its commands and is started again ...',
};

function givenMode({ wait, handOver, stop }: RestartOptions): RestartMode | null {
  const given = [
    ...(handOver ? (['hand_over'] as const) : []),
    ...(wait ? (['wait'] as const) : []),
    ...(stop ? (['stop'] as const) : []),
  ];
  if (given.length > 1) throw invalid('Only one of --hand-over, --wait and --stop can be meant.');
  return given[0] ?? null;
}

function placeOf(host: string | undefined, { queue }: RestartOptions): PlaceRef | null {
  if (host !== undefined) return queue === undefined ? parsePlace(host) : { host, queue };
  if (queue !== undefined) throw invalid('--queue needs the host it is of: kuroko restart HOST.');
  return null;
}

/** Hand over, unless a person at a terminal says otherwise. */
async function wishedMode(
  { running, estimate }: RestartPlan,
  { yes, json }: RestartOptions,
): Promise<RestartMode | null> {
  const asked = running.length > 0 && !yes && !json && process.stdin.isTTY;
  return asked ? askRestartMode(estimateText(estimate)) : 'hand_over';
}

function asOperator<T>(
  { config, db, actor }: Session,
  work: Parameters<typeof inTransaction<T>>[1],
): Promise<T> {
  return inTransaction(db, async (tx) => {
    const policy = config.slack;
    await authorise(tx, { actor, action: 'administer', definition: null, policy });
    return work(tx);
  });
}

function printPlan({ host, queue, running }: RestartPlan): void {
  if (running.length === 0) return printLine(`${host}:${queue} runs nothing.`);
  printLine(`${host}:${queue} runs:`);
  printTable(
    ['WORKER', 'EXPECTED END', 'INSTANCE', 'STEP'],
    running.map((command) => [
      String(command.workerNumber),
      expectedEndText(command.expectedEnd),
      `#${command.instanceId} ${command.definitionName}`,
      command.path,
    ]),
  );
}

function printOutcome(
  { host, queue, running }: RestartPlan,
  outcome: RestartOutcome,
  seconds: number,
  fate: Awaited<ReturnType<typeof countByFate>> | null,
): void {
  const name = `${host}:${queue}`;
  switch (outcome.type) {
    case 'restarted': {
      const parts = [
        `${fate?.wentOver ?? 0} of ${running.length} commands went over`,
        `${fate?.ended ?? 0} have ended`,
        ...(fate !== null && fate.lost > 0 ? [`${fate.lost} were stopped`] : []),
      ];
      const commands = running.length === 0 ? '' : `: ${parts.join(', ')}`;
      return printLine(`${name} was started again in ${seconds} s${commands}.`);
    }
    case 'refused':
      printNote(`${name} was not started again and goes on as it is, for it would not start:`);
      return printNote(outcome.reason);
    case 'nobody':
      return printNote(
        outcome.left
          ? `${name} has left, and nothing came in its place: start it on its host, and look at its log.`
          : `${name} has not taken the wish: look at its log.`,
      );
  }
}
