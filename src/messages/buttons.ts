/** The buttons of a run: what its tokens allow now. */
import { render } from '../templates.ts';
import { actionIds, encodeValue, type ActionId, type ButtonValue } from './action-ids.ts';
import { plain, section, type Block, type Button } from './blocks.ts';
import { failedExecution } from './failed-execution.ts';
import { code, line } from './fit.ts';
import { limits } from './limits.ts';
import { hostOf } from './lost-risk.ts';
import { stepText } from './step-list.ts';
import type { ShownRun } from '../store/shown.ts';
import type { StoredToken } from '../store/tokens.ts';

/** More steps than this are chosen from in an answer of their own. */
const stepsSideBySide = 3;

/** For a run that is final only Logs; for a launch that was prevented none. */
export function runButtons(run: ShownRun): Block[] {
  const { instance } = run;
  if (instance.preventedBy !== null) return [];
  if (instance.status !== 'working' && instance.status !== 'error') {
    return [{ type: 'actions', elements: [logsButton(run)] }];
  }
  const [failed, open] = [failedTokens(run), openTokens(run)];
  // What has failed is offered beside what merely waits, and before it.
  const shown = [open, failed].find(({ length }) => length <= stepsSideBySide) ?? [];
  const [only] = shown;
  const chosen = only !== undefined && open.length === 1 ? tokenButtons(run, only) : [];
  return [
    ...(chosen.length > 0 ? [] : shown.flatMap((token) => tokenBlocks(run, token))),
    {
      type: 'actions',
      elements: [
        ...(shown.length < open.length ? [chooseButton(run, shown.length === 0)] : []),
        ...(failed.length === 0 ? terminateButtons(run) : []),
        ...chosen,
        cancelButton(run),
        // What a failed step wrote stands in the thread.
        ...(failed.length === 0 ? [logsButton(run)] : []),
      ],
    },
  ];
}

/** Steps that somebody can decide about: those that failed, then those that wait. */
export const openTokens = (run: ShownRun): StoredToken[] => [
  ...failedTokens(run),
  ...waitingTokens(run),
];

export const failedTokens = (run: ShownRun): StoredToken[] =>
  run.tokens.filter(({ status }) => status === 'failure');

/** For time or for others. A fork waits for its branches, which are steps of their own. */
const waitingTokens = (run: ShownRun): StoredToken[] =>
  run.tokens.filter(({ status, openChildren }) => status === 'waiting' && openChildren === 0);

/** A step by name, and its own buttons. */
export function tokenBlocks(run: ShownRun, token: StoredToken): Block[] {
  const step = code(stepText(run, token.path), 300);
  const waits = token.status === 'waiting';
  return [
    section(render('slack/buttons#step', { step, waits })),
    { type: 'actions', elements: tokenButtons(run, token) },
  ];
}

/** Of one token: Skip, and Retry where it has failed. */
export function tokenButtons(run: ShownRun, token: StoredToken): Button[] {
  const value: ButtonValue = {
    type: 'token',
    instanceId: run.instance.id,
    tokenId: token.id,
    attempt: token.attempt,
  };
  const step = line(stepText(run, token.path), 120);
  const skip = button(actionIds.skip, value, { confirm: { step } });
  if (token.status === 'waiting') return [skip];
  const failed = failedExecution(run, token.id, token.attempt);
  // What may still run is retried only by somebody who has read so.
  const risk = failed?.status === 'lost' && failed.groupEmptyAt === null ? hostOf(failed) : null;
  const asked = risk !== null && { confirm: { host: risk } };
  return [button(actionIds.retry, value, { style: 'primary', ...asked }), skip];
}

function chooseButton({ instance }: ShownRun, instead: boolean): Button {
  const value = { type: 'instance', instanceId: instance.id } as const;
  return button(actionIds.chooseStep, value, { ...(instead && { style: 'primary' }) });
}

/** What its commands wrote, in private. */
export const logsButton = (run: ShownRun): Button =>
  button(actionIds.logs, { type: 'instance', instanceId: run.instance.id });

export function cancelButton(run: ShownRun): Button {
  const value: ButtonValue = { type: 'instance', instanceId: run.instance.id };
  const confirm = { instance: run.instance.id };
  return button(actionIds.cancel, value, { style: 'danger', confirm });
}

/** For every command that runs and was not asked to stop: Terminate. */
function terminateButtons(run: ShownRun): Button[] {
  return run.executions
    .filter(({ status, stopRequestedBy }) => status === 'claimed' && stopRequestedBy === null)
    .slice(0, 1)
    .map(({ id, path }) =>
      button(
        actionIds.terminate,
        { type: 'execution', instanceId: run.instance.id, executionId: id },
        { confirm: { step: line(stepText(run, path), 120) } },
      ),
    );
}

/**
 * A button with its wording: `slack/buttons#<action>` and, when it asks first,
 * `#<action>-confirm` with the consequence; `confirm` is what that text is told.
 */
export function button(
  action: ActionId,
  value: ButtonValue,
  {
    style,
    confirm,
    label,
  }: {
    readonly style?: 'primary' | 'danger';
    readonly confirm?: Readonly<Record<string, unknown>>;
    readonly label?: string;
  } = {},
): Button {
  const text = label ?? render(`slack/buttons#${action}`);
  return {
    type: 'button',
    action_id: action,
    text: plain(text),
    value: encodeValue(value),
    ...(style !== undefined && { style }),
    ...(confirm !== undefined && {
      confirm: {
        title: plain(render(`slack/buttons#${action}-title`)),
        text: plain(render(`slack/buttons#${action}-confirm`, confirm)),
        confirm: plain(line(text, limits.confirmButton)),
        deny: plain(render('slack/buttons#deny')),
        ...(style === 'danger' && { style }),
      },
    }),
  };
}
