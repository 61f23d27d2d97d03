/** The schedules of a job from its card, and the buttons below them. */
import { conflict, notFound } from '../../errors.ts';
import { shownSchedules } from '../../operations/shown-schedules.ts';
import { findDefinition, type Definition } from '../../store/definitions.ts';
import { changeSchedule, setSuspension } from '../change-schedule.ts';
import { jobSchedules } from '../commands/schedule.ts';
import { openScheduleForm } from '../schedule-form.ts';
import { onClick, type ClickListener } from './listen.ts';
import type { ButtonValue } from '../../messages/action-ids.ts';
import type { Shell } from '../shell.ts';

export const schedulesClick = onClick('definition', async (shell, click, { definitionId }, actor) =>
  click.answer(await jobSchedules(shell, actor, await definitionOf(shell, definitionId))),
);

export const addScheduleClick = formClick('schedule');
export const addSuspendScheduleClick = formClick('suspend');

function formClick(kind: 'schedule' | 'suspend'): ClickListener {
  return (shell, click) => {
    const { value } = click;
    const definitionId = value?.type === 'definition' ? value.definitionId : 0;
    return openScheduleForm(shell, click, click.triggerId, { definitionId, kind });
  };
}

/** The list that it stood in shows what is left. */
export const removeScheduleClick = onClick('schedule', async (shell, click, value, actor) => {
  const definition = await definitionOf(shell, value.definitionId);
  const meant = await schedulePressed(shell, value);
  if (meant !== null) {
    const wish = { deed: 'remove', catchUp: null, kind: value.kind, ...meant } as const;
    await changeSchedule(shell, click, actor, { ...wish, definition });
  }
  await click.replace(await jobSchedules(shell, actor, definition));
  if (meant === null) throw conflict('It was removed already. The list shows what there is now.');
});

export const suspendJobClick = suspensionClick('suspend');
export const resumeJobClick = suspensionClick('resume');

function suspensionClick(verb: 'suspend' | 'resume') {
  return onClick('definition', async (shell, click, { definitionId }, actor) =>
    setSuspension(shell, click, actor, {
      definition: await definitionOf(shell, definitionId),
      verb,
    }),
  );
}

async function definitionOf({ db }: Shell, id: number): Promise<Definition> {
  const definition = await findDefinition(db, id);
  if (definition === null) throw notFound(`There is no job ${id} any more.`);
  return definition;
}

/** Null: it is not there any more. */
async function schedulePressed(
  { db, facts }: Shell,
  { kind, definitionId, id }: Extract<ButtonValue, { type: 'schedule' }>,
): Promise<{ readonly cron: string; readonly timeZone: string | null } | null> {
  const { schedules, suspends } = await shownSchedules(db, definitionId, facts);
  if (kind === 'schedule') {
    const found = schedules.find((one) => one.id === id);
    return found === undefined ? null : { cron: found.cron, timeZone: found.timeZone };
  }
  const found = suspends.find((one) => one.id === id);
  return found === undefined ? null : { cron: found.cron, timeZone: null };
}
