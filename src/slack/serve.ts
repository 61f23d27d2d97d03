/** Serves what somebody asks: only who may, and with an answer for him alone when it cannot be done. */
import { randomBytes } from 'node:crypto';
import { UserError } from '../errors.ts';
import { auditActor, type Actor } from '../operations/actor.ts';
import { authorise } from '../operations/authorise.ts';
import { inTransaction, RefusedError } from '../operations/in-transaction.ts';
import { isConnectionLost } from '../store/database.ts';
import { databaseAwayAnswer, errorAnswer, lateAnswer, problemAnswer } from '../messages/answers.ts';
import type { Content } from '../messages/blocks.ts';
import type { Ask } from './ask.ts';
import type { Shell } from './shell.ts';

export type SlackActor = Extract<Actor, { kind: 'slack' }>;
type Served = Pick<Shell, 'config' | 'db' | 'identify' | 'log'>;

/**
 * One of the four places that catch. `work` begins only when the person may read here: default
 * deny, whatever a listener forgets. Never rejects; never shows more of a fault than a reference.
 */
export async function serve(
  shell: Served,
  ask: Ask,
  work: (actor: SlackActor) => Promise<void>,
): Promise<void> {
  try {
    const actor = await actorOf(shell, ask);
    const policy = shell.config.slack;
    await inTransaction(shell.db, (tx) =>
      authorise(tx, { actor, action: 'read', definition: null, policy }),
    );
    await work(actor);
  } catch (error) {
    await ask.answer(answerTo(shell, ask, error));
  }
}

function answerTo({ log }: Served, ask: Ask, error: unknown): Content {
  if (error instanceof UserError) {
    const { code, message, details } = error;
    return code === 'conflict' && details.length === 0
      ? lateAnswer(message)
      : errorAnswer(message, details);
  }
  const reference = randomBytes(3).toString('hex');
  log.error({ err: error, reference, userId: ask.userId, key: ask.key }, 'a wish failed');
  return isConnectionLost(error) ? databaseAwayAnswer(reference) : problemAnswer(reference);
}

async function actorOf(shell: Served, ask: Ask): Promise<SlackActor> {
  const unknown: SlackActor = {
    kind: 'slack',
    id: ask.userId,
    name: ask.userId,
    teamId: '',
    place: ask.channel,
    standing: 'bot',
  };
  if (ask.fromBot) return unknown;
  try {
    return { ...unknown, ...(await shell.identify(ask.userId)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const audit = {
      ...auditActor(unknown),
      action: 'read',
      outcome: 'refused',
      reason: error.message,
    } as const;
    return inTransaction(shell.db, () => Promise.reject(new RefusedError(error, audit)));
  }
}
