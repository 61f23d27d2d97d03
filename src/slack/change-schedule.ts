/** Adds and removes schedules, suspends and resumes jobs, as a command, a click or a form asks for it. */
import { person } from '../messages/phrases.ts';
import { scheduleDeed, suspensionDeed, suspensionLate } from '../messages/schedule-deeds.ts';
import { authorise } from '../operations/authorise.ts';
import {
  addSchedule,
  addSuspendSchedule,
  changeSchedules,
  removeSchedule,
  removeSuspendSchedule,
} from '../operations/change-schedules.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { shownSchedules } from '../operations/shown-schedules.ts';
import { storedCron } from '../operations/schedule-problems.ts';
import { resumeDefinition, suspendDefinition } from '../operations/suspend-definition.ts';
import { lastDoneTo } from '../store/audit.ts';
import { aboutNow, type Shell } from './shell.ts';
import type { Definition } from '../store/definitions.ts';
import type { Ask } from './ask.ts';
import type { ScheduleWish } from './schedule-grammar.ts';
import type { SlackActor } from './serve.ts';

export type ScheduleKind = 'schedule' | 'suspend';

/** Tells the channel who did what, and what comes next. Throws as `editSchedules` does. */
export async function changeSchedule(
  shell: Shell,
  ask: Pick<Ask, 'announce'>,
  actor: SlackActor,
  wanted: { readonly definition: Definition; readonly kind: ScheduleKind } & ScheduleWish,
): Promise<void> {
  const { db, config, facts } = shell;
  const { definition, kind, deed, cron } = wanted;
  const { before, after } = await inTransaction(db, async (tx) => {
    await authorise(tx, { actor, action: 'edit', definition, policy: config.slack });
    const shown = await shownSchedules(tx, definition.id, facts);
    const wish = { definitionId: definition.id, version: null, actor };
    await changeSchedules(tx, wish, changeOf(wanted), facts);
    return { before: shown, after: await shownSchedules(tx, definition.id, facts) };
  });
  const meant = (deed === 'add' ? after : before).schedules.filter(
    (one) => one.cron === storedCron(cron) && isIn(one.timeZone, wanted),
  );
  const done = {
    deed,
    kind,
    definition,
    cron: storedCron(cron),
    zone: kind === 'schedule' ? (meant[0]?.zone ?? null) : null,
    launches: after.launches,
    nextAt: after.nextAt,
  };
  await ask.announce(scheduleDeed(done, person(actor.name, actor.id), aboutNow(shell)));
}

const isIn = (own: string | null, { deed, timeZone }: ScheduleWish): boolean =>
  own === (timeZone ?? null) || (deed === 'remove' && timeZone === undefined);

function changeOf({
  kind,
  deed,
  cron,
  timeZone,
  catchUp,
}: { readonly kind: ScheduleKind } & ScheduleWish) {
  if (kind === 'suspend') {
    return deed === 'add' ? addSuspendSchedule(cron) : removeSuspendSchedule(cron);
  }
  if (deed === 'remove') return removeSchedule(cron, timeZone);
  const limits = { catchUpWindow: null, catchUpCap: null };
  return addSchedule({ cron, timeZone: timeZone ?? null, catchUp, ...limits });
}

/** Tells the channel who did it; whoever comes late, that it was so. Throws as the operations do. */
export async function setSuspension(
  shell: Shell,
  ask: Pick<Ask, 'announce' | 'answer'>,
  actor: SlackActor,
  wanted: { readonly definition: Definition; readonly verb: 'suspend' | 'resume' },
): Promise<void> {
  const { db, config, facts } = shell;
  const { verb } = wanted;
  const work = verb === 'suspend' ? suspendDefinition : resumeDefinition;
  const { definition, already, last, nextAt } = await inTransaction(db, async (tx) => {
    const { id } = wanted.definition;
    await authorise(tx, {
      actor,
      action: 'edit',
      definition: wanted.definition,
      policy: config.slack,
    });
    const done = await work(tx, { definitionId: id, version: null, actor }, facts);
    const next = await shownSchedules(tx, id, facts);
    return { ...done, last: await lastDoneTo(tx, id, ['suspend', 'resume']), nextAt: next.nextAt };
  });
  const about = aboutNow(shell);
  if (!already) {
    const deed = { definition, nextAt };
    return ask.announce(suspensionDeed(deed, person(actor.name, actor.id), about));
  }
  const before = last?.action === verb ? { by: last.actorName, at: last.at } : null;
  return ask.answer(suspensionLate(definition, before, about));
}
