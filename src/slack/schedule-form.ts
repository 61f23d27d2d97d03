/** The forms that add schedules: opened at once, filled in when it is known who asks. */
import { formLateAnswer } from '../messages/command-answers.ts';
import {
  loadingScheduleModal,
  scheduleModal,
  scheduleNotice,
  type ScheduleKind,
} from '../messages/schedule-modal.ts';
import { authorise } from '../operations/authorise.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { notFound } from '../errors.ts';
import { findDefinition } from '../store/definitions.ts';
import { askOf, type Ask } from './ask.ts';
import { serve } from './serve.ts';
import { slackRefusal } from './web-client.ts';
import type { Modal } from '../messages/blocks.ts';
import type { Shell } from './shell.ts';

/** A trigger lives 3 s: the form is opened before anything is looked up. Never rejects. */
export async function openScheduleForm(
  shell: Shell,
  ask: Ask,
  triggerId: string,
  { definitionId, kind }: { readonly definitionId: number; readonly kind: ScheduleKind },
): Promise<void> {
  const { client, log, db, config, facts } = shell;
  let viewId: string;
  try {
    const view = loadingScheduleModal(kind);
    viewId = (await client.views.open({ trigger_id: triggerId, view })).view?.id ?? '';
  } catch (error) {
    log.warn({ err: error }, 'the form of a schedule could not be opened');
    return serve(shell, ask, () => ask.answer(formLateAnswer()));
  }
  const fill = (view: Modal) => client.views.update({ view_id: viewId, view });
  const inForm = askOf(shell, ask, ({ blocks }) => fill(scheduleNotice(kind, blocks)));
  return serve(shell, inForm, async (actor) => {
    const definition = await findDefinition(db, definitionId);
    if (definition === null) throw notFound(`There is no job ${definitionId} any more.`);
    const policy = config.slack;
    await inTransaction(db, (tx) => authorise(tx, { actor, action: 'edit', definition, policy }));
    const metadata = rememberSchedule({ definitionId, channel: ask.channel });
    const form = { kind, definitionName: definition.name, timeZone: facts.timeZone, metadata };
    await fill(scheduleModal(form)).catch((error: unknown) => {
      // Somebody who closed it meanwhile does not miss it.
      if (slackRefusal(error) !== 'not_found') throw error;
    });
  });
}

/** What the form holds from its opening to its submit. */
interface ScheduleMemory {
  readonly definitionId: number;
  /** Where it was opened: there it is told of. */
  readonly channel: string;
}

const rememberSchedule = ({ definitionId, channel }: ScheduleMemory): string =>
  `${definitionId} ${channel}`;

/** Of what `rememberSchedule` wrote. */
export function recallSchedule(metadata: string): ScheduleMemory {
  const [definitionId, channel = ''] = metadata.split(' ');
  return { definitionId: Number(definitionId), channel };
}
