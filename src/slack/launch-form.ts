/** The launch form: opened at once, filled in when it is known who asks and what there is. */
import { callbackIds, launchFields } from '../messages/action-ids.ts';
import { plain, type Content, type Modal } from '../messages/blocks.ts';
import { formLateAnswer } from '../messages/command-answers.ts';
import { launchModal, loadingModal } from '../messages/launch-modal.ts';
import { limits } from '../messages/limits.ts';
import { isAllowed } from '../operations/authorise.ts';
import { showDefinition } from '../operations/show.ts';
import { findDefinition, listDefinitions } from '../store/definitions.ts';
import { render } from '../templates.ts';
import { remember, scriptDigest, type FormMemory } from './form-memory.ts';
import { serve, type SlackActor } from './serve.ts';
import { slackRefusal } from './web-client.ts';
import { askOf, type Ask } from './ask.ts';
import type { Shell } from './shell.ts';

export interface FormWish {
  /** Chosen beforehand. */
  readonly definitionId: number | null;
  /** `K=V` each, filled in beforehand. */
  readonly env: readonly string[];
}

/** A trigger lives 3 s: the form is opened before anything is looked up. Never rejects. */
export async function openLaunchForm(
  shell: Shell,
  ask: Ask,
  triggerId: string,
  wish: FormWish,
): Promise<void> {
  const { client, log } = shell;
  let viewId: string;
  try {
    const opened = await client.views.open({
      trigger_id: triggerId,
      view: loadingModal(),
    });
    viewId = opened.view?.id ?? '';
  } catch (error) {
    log.warn({ err: error }, 'the launch form could not be opened');
    return serve(shell, ask, () => ask.answer(formLateAnswer()));
  }
  const inForm = askOf(shell, ask, (content) =>
    client.views.update({ view_id: viewId, view: noticeModal(content) }),
  );
  return serve(shell, inForm, async (actor) => {
    const env = wish.env.join('\n');
    const filled = { definitionId: wish.definitionId, env, channel: null, typed: null };
    await fillForm(shell, viewId, await launchForm(shell, ask.channel, actor, filled));
  });
}

/** What the form is filled in with. */
export interface Filled {
  readonly definitionId: number | null;
  /** A line for each value. */
  readonly env: string;
  /** Chosen by hand; null: where the form was opened. */
  readonly channel: string | null;
  /** A script that was typed is kept as it is, in its block; null: the job's own. */
  readonly typed: {
    readonly script: string;
    readonly block: string;
    readonly shown: FormMemory['shown'];
  } | null;
}

/** `from` is the channel that the form was opened in. */
export async function launchForm(
  { db, config, facts }: Shell,
  from: string,
  actor: SlackActor,
  { definitionId, env, channel, typed }: Filled,
): Promise<Modal> {
  const { total, definitions } = await listDefinitions(db, { limit: limits.options });
  const chosen = definitionId === null ? null : await findDefinition(db, definitionId);
  const policy = config.slack;
  const mayEdit = await isAllowed(db, { actor, action: 'edit', definition: chosen, policy });
  const own = chosen === null ? '' : showDefinition(chosen, facts).script;
  const shown = chosen === null ? null : { definitionId: chosen.id, digest: scriptDigest(own) };
  const { script, block } = typed ?? { script: own, block: scriptBlockOf(chosen?.id) };
  const told = channel ?? (/^[CG]/.test(from) ? from : null);
  return launchModal({
    definitions: [...(chosen === null ? [] : [chosen]), ...definitions].filter(
      ({ id }, index) => index === 0 || id !== chosen?.id,
    ),
    total,
    ...(chosen !== null && { selected: chosen.id }),
    env,
    ...(told !== null && { channel: told }),
    ...(mayEdit && { script, scriptBlock: block }),
    metadata: remember({ channel: from, shown: mayEdit ? (typed ?? { shown }).shown : null }),
  });
}

const scriptBlockOf = (definitionId: number | undefined): string =>
  [launchFields.script.blockId, ...(definitionId === undefined ? [] : [definitionId])].join('_');

/** Somebody who closed it meanwhile does not miss it. */
export async function fillForm({ client }: Shell, viewId: string, view: Modal): Promise<void> {
  await client.views.update({ view_id: viewId, view }).catch((error: unknown) => {
    if (slackRefusal(error) !== 'not_found') throw error;
  });
}

/** An answer in place of the form. */
function noticeModal({ blocks }: Content): Modal {
  return {
    type: 'modal',
    callback_id: callbackIds.launch,
    title: plain(render('slack/launch#title')),
    close: plain(render('slack/launch#close')),
    blocks,
  };
}
