/** The modals that add a schedule, or one that suspends launches. */
import { render } from '../templates.ts';
import { callbackIds, scheduleFields } from './action-ids.ts';
import { plain, section, type Block, type Modal, type Option } from './blocks.ts';
import { line } from './fit.ts';
import { limits } from './limits.ts';

export type ScheduleKind = 'schedule' | 'suspend';

export interface ScheduleForm {
  readonly kind: ScheduleKind;
  readonly definitionName: string;
  /** The configured zone: what an empty field means. */
  readonly timeZone: string;
  /** Comes back with the submit, as it is. */
  readonly metadata: string;
}

export function scheduleModal({ kind, definitionName, timeZone, metadata }: ScheduleForm): Modal {
  const job = line(definitionName, 200);
  return {
    ...frame(kind),
    submit: plain(render('slack/schedule#form-submit')),
    private_metadata: metadata.slice(0, limits.privateMetadata),
    blocks: [
      section(render(`slack/schedule#form-${kind}-title`, { job })),
      cron(kind),
      ...(kind === 'schedule' ? [zone(timeZone), catchUp()] : []),
    ],
  };
}

/** Shown at once, for a trigger lives three seconds; filled in when it is known who asks. */
export function loadingScheduleModal(kind: ScheduleKind): Modal {
  return { ...frame(kind), blocks: [section(render('slack/launch#loading'))] };
}

/** An answer in place of the form. */
export function scheduleNotice(kind: ScheduleKind, blocks: Block[]): Modal {
  return { ...frame(kind), blocks };
}

/** Problems by field, as `response_action: errors` takes them: without styles. */
export function scheduleErrors(problems: {
  readonly cron?: string;
  readonly zone?: string;
}): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of ['cron', 'zone'] as const) {
    const problem = problems[field];
    if (problem !== undefined)
      errors[scheduleFields[field].blockId] = line(problem.replaceAll('`', '"'), 1_000);
  }
  return errors;
}

function frame(kind: ScheduleKind) {
  return {
    type: 'modal',
    callback_id: kind === 'schedule' ? callbackIds.addSchedule : callbackIds.addSuspendSchedule,
    title: plain(render(`slack/schedule#form-${kind}`)),
    close: plain(render('slack/launch#close')),
  } as const;
}

function cron(kind: ScheduleKind): Block {
  return {
    type: 'input',
    block_id: scheduleFields.cron.blockId,
    label: plain(render('slack/schedule#form-cron')),
    hint: plain(render(`slack/schedule#form-${kind}-hint`)),
    element: {
      type: 'plain_text_input',
      action_id: scheduleFields.cron.actionId,
      max_length: 1_000,
      placeholder: plain(render(`slack/schedule#form-${kind}-placeholder`)),
    },
  };
}

function zone(configured: string): Block {
  const view = { zone: line(configured, 60) };
  return {
    type: 'input',
    block_id: scheduleFields.zone.blockId,
    label: plain(render('slack/schedule#form-zone')),
    hint: plain(render('slack/schedule#form-zone-hint', view)),
    optional: true,
    element: {
      type: 'plain_text_input',
      action_id: scheduleFields.zone.actionId,
      max_length: 100,
      placeholder: plain(render('slack/schedule#form-zone-placeholder', view)),
    },
  };
}

function catchUp(): Block {
  const options: Option[] = ['configured', 'latest', 'all', 'none'].map((value) => ({
    text: plain(render(`slack/schedule#form-catch-up-${value}`)),
    value,
  }));
  const [initial] = options;
  return {
    type: 'input',
    block_id: scheduleFields.catchUp.blockId,
    label: plain(render('slack/schedule#form-catch-up')),
    optional: true,
    element: {
      type: 'static_select',
      action_id: scheduleFields.catchUp.actionId,
      options,
      ...(initial !== undefined && { initial_option: initial }),
    },
  };
}
