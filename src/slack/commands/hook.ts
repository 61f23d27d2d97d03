/** `hook job`: the addresses that launch a job from outside; one more, or one less, for who may edit it. */
import { hookList, hookRemovedAnswer, hookSecretAnswer } from '../../messages/hook-message.ts';
import { conflict } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { createHook, deleteHook, rotateHook } from '../../operations/hooks.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { hooksOf } from '../../store/hooks.ts';
import { findJob } from '../find-job.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';
import type { Definition } from '../../store/definitions.ts';
import type { Ask } from '../ask.ts';
import type { HookCommand, HookWish } from '../hook-grammar.ts';
import type { SlackActor } from '../serve.ts';

/** Every answer is for this person alone: a secret is nobody else's. */
export async function hookVerb(
  shell: Shell,
  ask: Pick<Ask, 'answer'>,
  actor: SlackActor,
  { job, wish }: Extract<HookCommand, { verb: 'hook' }>,
): Promise<void> {
  const found = await findJob(shell.db, 'hook', job);
  if (found.status === 'ambiguous') {
    // A button holds ids only: it would show the hooks, and forget what was typed.
    if (wish === null) return ask.answer(found.question);
    throw conflict(
      'Several jobs have that name. Say it again with the number of one:',
      found.names,
    );
  }
  const { definition } = found;
  await ask.answer(
    wish === null
      ? hookList(definition, await hooksOf(shell.db, definition.id), aboutNow(shell))
      : await done(shell, actor, definition, wish),
  );
}

function done(
  shell: Shell,
  actor: SlackActor,
  definition: Definition,
  wish: HookWish,
): Promise<Content> {
  const { db, config } = shell;
  const about = aboutNow(shell);
  const common = { definitionId: definition.id, actor };
  return inTransaction(db, async (tx) => {
    await authorise(tx, { actor, action: 'edit', definition, policy: config.slack });
    const { deed, name } = wish;
    if (deed === 'remove') {
      return hookRemovedAnswer(definition, await deleteHook(tx, { ...common, hook: name }));
    }
    const made =
      deed === 'create'
        ? await createHook(tx, { ...common, name, mapping: wish.mapping })
        : await rotateHook(tx, { ...common, hook: name });
    return hookSecretAnswer(deed, definition, made, about);
  });
}
