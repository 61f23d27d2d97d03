/** A form that adds a schedule comes back: problems at their fields, else one more schedule. */
import { scheduleFields } from '../../messages/action-ids.ts';
import { scheduleErrors, type ScheduleKind } from '../../messages/schedule-modal.ts';
import { notFound, UserError } from '../../errors.ts';
import { timeZoneProblem } from '../../operations/time-zone-problem.ts';
import { findDefinition } from '../../store/definitions.ts';
import { changeSchedule } from '../change-schedule.ts';
import { formReply, type FieldValue, type FormAnswer, type SubmittedForm } from '../form-reply.ts';
import { recallSchedule } from '../schedule-form.ts';
import { plainCron, type ScheduleWish } from '../schedule-grammar.ts';
import { serve } from '../serve.ts';
import type { Shell } from '../shell.ts';

export const addScheduleSubmit = submitOf('schedule');
export const addSuspendScheduleSubmit = submitOf('suspend');

/** `ack` closes the form, or shows errors in it. Never rejects. */
function submitOf(kind: ScheduleKind) {
  return async (
    shell: Shell,
    form: SubmittedForm,
    ack: (answer?: FormAnswer) => Promise<void>,
  ): Promise<void> => {
    const wish = wishOf(form.view.state.values);
    const zoneProblem = wish.timeZone == null ? null : timeZoneProblem(wish.timeZone);
    if (zoneProblem !== null) {
      const errors = scheduleErrors({ zone: zoneProblem });
      return ack({ response_action: 'errors', errors });
    }
    const { definitionId, channel } = recallSchedule(form.view.private_metadata ?? '');
    const reply = formReply(shell, form, channel, ack, (text) => scheduleErrors({ cron: text }));
    await serve(shell, reply.ask, async (actor) => {
      const definition = await findDefinition(shell.db, definitionId);
      if (definition === null) throw notFound(`There is no job ${definitionId} any more.`);
      try {
        await changeSchedule(shell, reply.ask, actor, { ...wish, definition, kind });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return reply.refuse(scheduleErrors({ cron: error.message }));
      }
      await reply.close();
    });
    reply.end();
  };
}

function wishOf(values: SubmittedForm['view']['state']['values']): ScheduleWish {
  const field = ({ blockId, actionId }: { blockId: string; actionId: string }): FieldValue =>
    values[blockId]?.[actionId] ?? {};
  const zone = field(scheduleFields.zone).value?.trim() ?? '';
  const catchUp = field(scheduleFields.catchUp).selected_option?.value;
  return {
    deed: 'add',
    cron: plainCron(field(scheduleFields.cron).value ?? ''),
    timeZone: zone === '' ? null : zone,
    catchUp: catchUp === 'latest' || catchUp === 'all' || catchUp === 'none' ? catchUp : null,
  };
}
