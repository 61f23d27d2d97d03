/** A failure of one step: the reply in the run's thread that wakes somebody up. */
import { markup, render, type Markup } from '../templates.ts';
import { context, section, type Block, type Content } from './blocks.ts';
import { cancelButton, tokenButtons } from './buttons.ts';
import { deed, deedAbout } from './deeds.ts';
import { code, line, outputBlock, paragraph } from './fit.ts';
import { definitionLink, instanceLink, jobName, moment } from './phrases.ts';
import { markdownSection, plainMarkdown } from './plain-markdown.ts';
import { failedExecution } from './failed-execution.ts';
import { callingText, type Mentions } from './mentions.ts';
import { lostRisk } from './lost-risk.ts';
import { repeatsLine, type Repeats } from './repeats.ts';
import { stepText } from './step-list.ts';
import type { Execution } from '../store/executions.ts';
import type { ShownRun } from '../store/shown.ts';
import type { StoredToken } from '../store/tokens.ts';
import type { About } from './about.ts';

const outputLines = 20;

export interface FailureDetails {
  /** The output where the run has it no more. */
  readonly tail?: string;
  /** What it stands for. */
  readonly repeats?: Repeats;
  /** Whom the failure text calls; left out: nobody. */
  readonly mentions?: Mentions;
}

/**
 * What failed at this attempt of a token and how, the last 20 lines, what it blocks, the failure
 * text, the job's own Recovery Procedures, and buttons as long as it is open; then who dealt
 * with it. `attempt` is the token's after the failure; one more than the token's own is the end of
 * a token that became critical.
 */
export function failureMessage(
  run: ShownRun,
  tokenId: number,
  attempt: number,
  about: About & FailureDetails,
): Content {
  const token = run.tokens.find(({ id }) => id === tokenId);
  const critical = token?.status === 'critical' && attempt > token.attempt;
  const open = token?.status === 'failure' && token.attempt === attempt && isOpen(run);
  const execution = critical ? undefined : failedExecution(run, tokenId, attempt);
  const path = execution?.path ?? token?.path ?? '';
  const view = {
    step: code(stepText(run, path), 300, '(script)'),
    path: code(path, 200, '/'),
    instance: instanceLink(run.instance, `#${run.instance.id}`, about),
    reason: markup(
      critical
        ? render('slack/failure#critical')
        : failureReason(execution, open ? run.reasons.get(tokenId) : undefined),
    ),
    at: execution?.finishedAt ? moment(execution.finishedAt) : null,
    host: execution?.host ? code(execution.host, 80) : null,
    inARow: run.failuresInARow > 1 ? run.failuresInARow : null,
    suffix: suffix(run.failuresInARow),
    again: timesTried(run, tokenId, path, attempt),
  };
  const { definitionId, definitionName } = run.instance;
  const job = markup(`*${String(definitionLink(definitionId, definitionName, about))}*`);
  const title = critical ? 'slack/failure#critical-title' : 'slack/failure#title';
  const tail = about.tail ?? (open ? run.tails.get(tokenId) : undefined);
  return {
    text: render(title, { ...view, job: jobName(definitionName) }),
    blocks: [
      section(render(title, { ...view, job })),
      context(render('slack/failure#facts', view)),
      ...(about.repeats === undefined ? [] : repeatsLine('failed', about.repeats)),
      ...(open && execution?.status === 'lost' ? [section(lostRisk(execution))] : []),
      ...(execution === undefined || tail === undefined ? [] : [outputSection(tail)]),
      ...(open || critical ? advice(run, about.mentions) : []),
      ...(open && token !== undefined ? buttons(run, token) : []),
      ...(open || critical ? [] : [context(settled(run, tokenId, attempt))]),
    ],
  };
}

/** How often the step was tried up to this failure; null for the first time. */
function timesTried(run: ShownRun, tokenId: number, path: string, attempt: number): number | null {
  const tries = run.executions.filter(
    (execution) =>
      execution.tokenId === tokenId && execution.path === path && execution.attempt < attempt,
  );
  return tries.length > 1 ? tries.length : null;
}

const isOpen = ({ instance }: ShownRun): boolean =>
  instance.status === 'error' || instance.status === 'working';

/** How a step has failed. `logged` is the last error of the token, for a step that runs no command. */
export function failureReason(execution: Execution | undefined, logged?: string): string {
  if (execution === undefined) {
    return logged === undefined
      ? render('slack/failure#unknown')
      : render('slack/failure#logged', { reason: paragraph(logged, 500, '') });
  }
  const { exitStatus, termSignal, timedOut, status, evidence, stopRequestedBy } = execution;
  if (status === 'lost') {
    return render('slack/failure#lost', { evidence: paragraph(evidence ?? '', 500, '') });
  }
  if (timedOut) return render('slack/failure#timed-out');
  if (stopRequestedBy !== null)
    return render('slack/failure#terminated', { by: line(stopRequestedBy, 100) });
  if (termSignal !== null) return render('slack/failure#signal', { signal: line(termSignal, 30) });
  return render('slack/failure#exit', { exitStatus });
}

/** The last lines that it wrote. */
export function outputSection(tail: string): Block {
  return section(String(outputBlock(tail, outputLines, 2_900, render('slack/failure#no-output'))));
}

/** What a person needs to know to deal with it. */
function advice(run: ShownRun, mentions: Mentions | undefined): Block[] {
  const { failureText, description, preventMulti } = run.definition;
  const procedures = markdownSection(description, /^recovery procedures?$/i);
  const blocks = preventMulti === 'error' || preventMulti === 'working_or_error';
  return [
    ...(failureText === null || failureText.trim() === ''
      ? []
      : [section(render('slack/failure#text', { text: called(failureText, mentions) }))]),
    ...(procedures === null
      ? []
      : [
          section(
            render('slack/failure#procedures', {
              procedures: paragraph(plainMarkdown(procedures), 2_500),
            }),
          ),
        ]),
    ...(blocks ? [context(render('slack/failure#blocks'))] : []),
  ];
}

const called = (text: string, mentions: Mentions | undefined): Markup | string =>
  mentions === undefined ? paragraph(text, 1_000) : callingText(text, 1_000, mentions);

function buttons(run: ShownRun, token: StoredToken): Block[] {
  return [{ type: 'actions', elements: [...tokenButtons(run, token), cancelButton(run)] }];
}

function settled(run: ShownRun, tokenId: number, attempt: number): string {
  const row = deedAbout(run, tokenId, attempt);
  return row === null ? render('slack/failure#settled') : deed(row);
}

function suffix(count: number): string {
  if (count % 100 >= 11 && count % 100 <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][count % 10] ?? 'th';
}
