/** `schedule job` and `suspend-schedule job`: what is launched when, or one more or less of it. */
import { scheduleList } from '../../messages/schedule-list.ts';
import { conflict } from '../../errors.ts';
import { isAllowed } from '../../operations/authorise.ts';
import { shownSchedules } from '../../operations/shown-schedules.ts';
import { changeSchedule } from '../change-schedule.ts';
import { findJob } from '../find-job.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';
import type { Definition } from '../../store/definitions.ts';
import type { Ask } from '../ask.ts';
import type { ScheduleCommand } from '../schedule-grammar.ts';
import type { SlackActor } from '../serve.ts';

export async function scheduleVerb(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  { verb, job, wish }: Extract<ScheduleCommand, { verb: 'schedule' | 'suspend-schedule' }>,
): Promise<void> {
  const found = await findJob(shell.db, verb, job);
  if (found.status === 'ambiguous') {
    // A button holds ids only: it would show the schedules, and forget what was typed.
    if (wish === null) return ask.answer(found.question);
    throw conflict(
      'Several jobs have that name. Say it again with the number of one:',
      found.names,
    );
  }
  const { definition } = found;
  if (wish === null) return ask.answer(await jobSchedules(shell, actor, definition));
  const kind = verb === 'schedule' ? 'schedule' : 'suspend';
  await changeSchedule(shell, ask, actor, { ...wish, definition, kind });
}

/** The list, with the means to change it for who may. */
export async function jobSchedules(
  { db, config, facts, ...shell }: Shell,
  actor: SlackActor,
  definition: Definition,
): Promise<Content> {
  const policy = config.slack;
  const [shown, mayEdit] = await Promise.all([
    shownSchedules(db, definition.id, facts),
    isAllowed(db, { actor, action: 'edit', definition, policy }),
  ]);
  return scheduleList({ ...shown, definition, mayEdit }, aboutNow({ db, config, facts, ...shell }));
}
