/** A definition as a YAML document: every key, always in the same order, and nothing that `apply` would read otherwise. */
import { Document, Scalar } from 'yaml';
import type { ExportedDefinition } from '../store/exported-definitions.ts';
import type { ScheduleFields } from '../store/schedules.ts';

/** Ends with a line end. The same definition is the same text, whatever database it comes from. */
export function definitionYaml(definition: ExportedDefinition): string {
  const document = new Document(
    {
      id: definition.id,
      name: definition.name,
      description: lines(definition.description),
      script: lines(definition.script),
      // Their order says nothing, and is another one in another database.
      admins: definition.admins.toSorted(),
      tags: definition.tags,
      slack_channel: definition.slackChannel,
      webhook_url: definition.webhookUrl,
      hipchat_room: definition.hipchatRoom,
      prevent_multi: definition.preventMulti,
      notify_all_events: definition.notifyAllEvents,
      notify_cancellation: definition.notifyCancellation,
      failure_text: definition.failureText,
      api_allowed: definition.apiAllowed,
      retry_lost: definition.retryLost,
      kill_grace: definition.killGrace,
      suspended: definition.suspended,
      schedules: definition.schedules.map(scheduleValue),
      suspend_schedules: definition.suspendSchedules,
    },
    // Also read as they are meant by readers that take `yes` for true.
    { compat: 'yaml-1.1', aliasDuplicateObjects: false },
  );
  return document.toString(format);
}

/** A quoted text is one line: of several the library does not read all back as it wrote them. */
const format = {
  lineWidth: 0,
  nullStr: '',
  singleQuote: false,
  doubleQuotedMinMultiLineLength: Infinity,
};

/** A block, where a block can hold it: the library would lose the blanks of one that is blank. */
function lines(text: string): Scalar {
  const scalar = new Scalar(text);
  if (text.includes('\n')) scalar.type = blank(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  return scalar;
}

const blank = (text: string): boolean => text.trim() === '';

/** The cron alone where nothing else is said. */
function scheduleValue({ cron, timeZone, catchUp, catchUpWindow, catchUpCap }: ScheduleFields) {
  const limits = {
    ...(catchUp !== null && { policy: catchUp }),
    ...(catchUpWindow !== null && { window: catchUpWindow }),
    ...(catchUpCap !== null && { cap: catchUpCap }),
  };
  const alone = catchUpWindow === null && catchUpCap === null;
  const missed = alone ? catchUp : limits;
  if (timeZone === null && missed === null) return cron;
  return {
    cron,
    ...(timeZone !== null && { time_zone: timeZone }),
    ...(missed !== null && { catch_up: missed }),
  };
}
