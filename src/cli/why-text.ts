/** What became of a minute of a schedule, as the command line says it. */
import { localText } from './moment-text.ts';
import { stateNames } from './row-text.ts';
import type { MinuteOutcome } from '../store/schedule-answer.ts';

/** Goes on after the schedule: `launched at 02:30:00 as #4711`. */
export function whyText(outcome: MinuteOutcome): string {
  switch (outcome.type) {
    case 'launched': {
      const late = outcome.missed ? ', late: nothing was running at its time' : '';
      return `launched at ${outcome.at.slice(11, 19)} as #${outcome.instanceId}${late}`;
    }
    case 'prevented': {
      const now = outcome.now === null ? '' : ` (now: ${stateNames[outcome.now]})`;
      return `prevented by #${outcome.by}${now}; #${outcome.instanceId} keeps the record`;
    }
    case 'suspended':
      return outcome.by === null
        ? 'not launched: the job was suspended'
        : `suspended by ${outcome.by}`;
    case 'merged':
      return `merged into the launch of ${localText(outcome.into)}: nothing was running at its time`;
    case 'skipped':
      return `skipped: ${skipped[outcome.because]}`;
    case 'not_yet': {
      const { suspended, suspendedBy } = outcome;
      if (suspended) return 'due then, but the job is suspended; the time has not come yet';
      const by = suspendedBy === null ? '' : `, but suspended by ${suspendedBy}`;
      return `due then${by}; the time has not come yet`;
    }
    case 'not_due': {
      const { before, after } = outcome;
      const around = [
        ...(before === null ? [] : [`the one before is ${localText(before)}`]),
        ...(after === null ? [] : [`the next one after is ${localText(after)}`]),
      ];
      return `not due then: ${around.join(', ')}`;
    }
    case 'before_saved':
      return `would have been due, but was saved or resumed later, ${localText(outcome.since)}`;
    case 'after_removed':
      return `would have been due, but was removed ${localText(outcome.removed)}`;
    case 'set_aside':
      return `set aside since ${localText(outcome.since)} until the job is saved again: ${outcome.reason}`;
    case 'forgotten':
      return 'it was due; that is longer ago than is remembered';
  }
}

const skipped: Readonly<Record<Extract<MinuteOutcome, { type: 'skipped' }>['because'], string>> = {
  window: 'nothing was running, and it was too long ago to be made up for',
  policy: 'nothing was running, and missed launches of this schedule are not made up for',
  cap: 'nothing was running, and more are not made up for at once',
  set_aside: 'the schedule was set aside',
};
