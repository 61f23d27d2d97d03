/** The modal that launches a job: which one, with what values, told where. */
import { escapeForSlack, render } from '../templates.ts';
import { callbackIds, launchFields } from './action-ids.ts';
import { plain, section, context, type Block, type Modal, type Option } from './blocks.ts';
import { line } from './fit.ts';
import { limits } from './limits.ts';

export interface LaunchForm {
  /** Those to choose from, starred or likely ones first. */
  readonly definitions: readonly { readonly id: number; readonly name: string }[];
  /** How many there are in all. */
  readonly total: number;
  /** Definition chosen beforehand. */
  readonly selected?: number;
  /** Environment lines filled in beforehand: what the person typed, not what a job holds. */
  readonly env?: string;
  /** The script to be changed for this run, its secrets masked; absent: it may not be changed. */
  readonly script?: string;
  /** Slack keeps what stands in a block of the same name: another script needs another one. */
  readonly scriptBlock?: string;
  /** Channel chosen beforehand, by id. */
  readonly channel?: string;
  /** Comes back with the submit, as it is. */
  readonly metadata?: string;
}

export function launchModal(form: LaunchForm): Modal {
  const { definitions, total } = form;
  // The chosen one is among the options, however many there are.
  const offered = [
    ...definitions.filter(({ id }) => id === form.selected),
    ...definitions.filter(({ id }) => id !== form.selected),
  ].slice(0, limits.options);
  const options = offered.map((definition) => option(definition));
  const initial = form.selected === undefined ? undefined : options[0];
  return {
    ...frame(),
    submit: plain(render('slack/launch#submit')),
    ...(form.metadata !== undefined && {
      private_metadata: form.metadata.slice(0, limits.privateMetadata),
    }),
    blocks:
      options.length === 0
        ? [section(render('slack/launch#no-jobs'))]
        : [
            job(options, initial),
            ...(total > options.length
              ? [context(render('slack/launch#more', { shown: options.length, total }))]
              : []),
            env(form.env),
            ...(form.script === undefined ? [] : [script(form.script, form.scriptBlock)]),
            channel(form.channel),
          ],
  };
}

/** Shown at once, for a trigger lives three seconds; filled in when the jobs have been read. */
export function loadingModal(): Modal {
  return { ...frame(), blocks: [section(render('slack/launch#loading'))] };
}

/** Problems by field, as `response_action: errors` takes them. */
export function launchErrors(
  problems: {
    readonly job?: string;
    readonly env?: string;
    readonly script?: string;
    readonly channel?: string;
  },
  scriptBlock: string = launchFields.script.blockId,
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of ['job', 'env', 'script', 'channel'] as const) {
    const problem = problems[field];
    const block = field === 'script' ? scriptBlock : launchFields[field].blockId;
    if (problem !== undefined) errors[block] = line(problem, 1_000);
  }
  return errors;
}

function frame() {
  return {
    type: 'modal',
    callback_id: callbackIds.launch,
    title: plain(render('slack/launch#title')),
    close: plain(render('slack/launch#close')),
  } as const;
}

function option({ id, name }: { readonly id: number; readonly name: string }): Option {
  const room = limits.optionText - String(id).length - 1;
  return { text: plain(escapeForSlack(`${id} ${line(name, room)}`)), value: String(id) };
}

function job(options: Option[], initial: Option | undefined): Block {
  return {
    type: 'input',
    block_id: launchFields.job.blockId,
    dispatch_action: true,
    label: plain(render('slack/launch#job')),
    element: {
      type: 'static_select',
      action_id: launchFields.job.actionId,
      options,
      placeholder: plain(render('slack/launch#job-placeholder')),
      ...(initial !== undefined && { initial_option: initial }),
    },
  };
}

function env(typed: string | undefined): Block {
  return {
    type: 'input',
    block_id: launchFields.env.blockId,
    label: plain(render('slack/launch#env')),
    hint: plain(render('slack/launch#env-hint')),
    optional: true,
    element: {
      type: 'plain_text_input',
      action_id: launchFields.env.actionId,
      multiline: true,
      max_length: limits.inputText,
      placeholder: plain(render('slack/launch#env-placeholder')),
      ...(typed !== undefined && typed !== '' && { initial_value: fitting(typed) }),
    },
  };
}

/** Nothing that came from the field itself is cut; of anything else no character in half. */
function fitting(text: string): string {
  if (text.length <= limits.inputText) return text;
  return Array.from(text)
    .slice(0, limits.inputText / 2)
    .join('');
}

/** What does not fit is left out: cut, it would be launched so. */
function script(text: string, blockId: string = launchFields.script.blockId): Block {
  if (text.length > limits.inputText) return context(render('slack/launch#script-too-long'));
  return {
    type: 'input',
    block_id: blockId,
    label: plain(render('slack/launch#script')),
    hint: plain(render('slack/launch#script-hint')),
    optional: true,
    element: {
      type: 'plain_text_input',
      action_id: launchFields.script.actionId,
      multiline: true,
      max_length: limits.inputText,
      ...(text !== '' && { initial_value: text }),
    },
  };
}

function channel(chosen: string | undefined): Block {
  return {
    type: 'input',
    block_id: launchFields.channel.blockId,
    label: plain(render('slack/launch#channel')),
    hint: plain(render('slack/launch#channel-hint')),
    optional: true,
    element: {
      type: 'conversations_select',
      action_id: launchFields.channel.actionId,
      ...(chosen !== undefined && { initial_conversation: chosen }),
    },
  };
}
