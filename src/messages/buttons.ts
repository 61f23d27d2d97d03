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

/** More failed tokens than this are chosen from in an answer of their own. */
const tokensSideBySide = 3;

/** None for a run that is final. */
export function runButtons(run: ShownRun): Block[] {
  const { instance } = run;
  if (instance.status !== 'working' && instance.status !== 'error') return [];
  const failed = failedTokens(run);
  const rest = [
    ...(failed.length === 0 ? [...terminateButtons(run), ...skipButtons(run)] : []),
    cancelButton(run),
  ];
  if (failed.length > tokensSideBySide) {
    const value = { type: 'instance', instanceId: instance.id } as const;
    const choose = button(actionIds.chooseStep, value, { style: 'primary' });
    return [{ type: 'actions', elements: [choose, ...rest] }];
  }
  const [only] = failed;
  if (only !== undefined && failed.length === 1) {
    return [{ type: 'actions', elements: [...tokenButtons(run, only), ...rest] }];
  }
  return [
    ...failed.flatMap((token) => tokenBlocks(run, token)),
    { type: 'actions', elements: rest },
  ];
}

export const failedTokens = (run: ShownRun): StoredToken[] =>
  run.tokens.filter(({ status }) => status === 'failure');

/** A failed step by name, and its own buttons. */
export function tokenBlocks(run: ShownRun, token: StoredToken): Block[] {
  const step = code(stepText(run, token.path), 300);
  return [
    section(render('slack/buttons#failed-step', { step })),
    { type: 'actions', elements: tokenButtons(run, token) },
  ];
}

/** Retry and Skip of one failed token. */
export function tokenButtons(run: ShownRun, token: StoredToken): Button[] {
  const value: ButtonValue = {
    type: 'token',
    instanceId: run.instance.id,
    tokenId: token.id,
    attempt: token.attempt,
  };
  const step = line(stepText(run, token.path), 120);
  const failed = failedExecution(run, token.id, token.attempt);
  // What may still run is retried only by somebody who has read so.
  const risk = failed?.status === 'lost' && failed.groupEmptyAt === null ? hostOf(failed) : null;
  return [
    button(actionIds.retry, value, {
      style: 'primary',
      ...(risk !== null && { confirm: { host: risk } }),
    }),
    button(actionIds.skip, value, { confirm: { step } }),
  ];
}

/** Where a single step waits for time or for others: Skip. A fork's branches are steps of their own. */
function skipButtons(run: ShownRun): Button[] {
  const waiting = run.tokens.filter(
    ({ status, openChildren }) => status === 'waiting' && openChildren === 0,
  );
  const [only] = waiting;
  if (only === undefined || waiting.length > 1) return [];
  const { id: tokenId, attempt, path } = only;
  const value = { type: 'token', instanceId: run.instance.id, tokenId, attempt } as const;
  return [button(actionIds.skip, value, { confirm: { step: line(stepText(run, path), 120) } })];
}

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
