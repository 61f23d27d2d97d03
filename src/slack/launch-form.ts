/** The launch form: opened at once, filled in when it is known who asks and what there is. */
import { callbackIds } from '../messages/action-ids.ts';
import { plain, type Content, type Modal } from '../messages/blocks.ts';
import { formLateAnswer } from '../messages/command-answers.ts';
import { launchModal, loadingModal } from '../messages/launch-modal.ts';
import { limits } from '../messages/limits.ts';
import { isAllowed } from '../operations/authorise.ts';
import { showDefinition } from '../operations/show.ts';
import { findDefinition, listDefinitions } from '../store/definitions.ts';
import { render } from '../templates.ts';
import { remember, scriptDigest } from './form-memory.ts';
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
  const fill = (view: Modal) => client.views.update({ view_id: viewId, view });
  const inForm = askOf(shell, ask, (content) => fill(noticeModal(content)));
  return serve(shell, inForm, async (actor) => {
    const form = await launchForm(shell, ask, actor, wish);
    await fill(form).catch((error: unknown) => {
      // Somebody who closed it meanwhile does not miss it.
      if (slackRefusal(error) !== 'not_found') throw error;
    });
  });
}

async function launchForm(
  { db, config, facts }: Shell,
  { channel }: Ask,
  actor: SlackActor,
  wish: FormWish,
): Promise<Modal> {
  const { total, definitions } = await listDefinitions(db, { limit: limits.options });
  const chosen = wish.definitionId === null ? null : await findDefinition(db, wish.definitionId);
  const policy = config.slack;
  const mayEdit = await isAllowed(db, { actor, action: 'edit', definition: chosen, policy });
  const script = chosen === null ? '' : showDefinition(chosen, facts).script;
  const shown = chosen === null ? null : { definitionId: chosen.id, digest: scriptDigest(script) };
  return launchModal({
    definitions: [...(chosen === null ? [] : [chosen]), ...definitions].filter(
      ({ id }, index) => index === 0 || id !== chosen?.id,
    ),
    total,
    ...(chosen !== null && { selected: chosen.id }),
    env: wish.env.join('\n'),
    ...(/^[CG]/.test(channel) && { channel }),
    ...(mayEdit && { script }),
    metadata: remember({ channel, shown: mayEdit ? shown : null }),
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
