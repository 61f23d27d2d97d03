/** Who is told of what happens to an instance: the table of the contract, section 6. */
import type { Definition } from '../store/definitions.ts';
import type { Notice, NoticeEvent } from '../store/outbox.ts';

/** What it is to whoever reads of it. */
export type Level = 'INFO' | 'SUCCESS' | 'WARNING' | 'FAILURE' | 'CRITICAL';

type Options = Pick<Definition, 'notifyAllEvents' | 'notifyCancellation'>;

/** Slack, webhooks, HipChat, and whatever else people talk in. */
export function tellsChat({ event, payload }: Notice, options: Options): boolean {
  const { notifyAllEvents, notifyCancellation } = options;
  switch (event) {
    case 'launch':
    case 'retrying':
    case 'finished':
      return notifyAllEvents;
    case 'skipping':
      // Without a name it is the script that skipped: nobody has seen the error.
      return notifyAllEvents || payload.by === undefined;
    case 'cancellation':
      return payload.bySystem === true ? notifyCancellation : notifyAllEvents;
    case 'failure':
    case 'critical':
    case 'back_to_normal':
    case 'long_elapsed_time':
      return true;
    case 'reminder':
    case 'unstarted':
    case 'backlog':
    case 'refresh':
      return false;
  }
}

/** Who gets mail: the admins with a copy to `mail_to`, or only `mail_to`. */
export function tellsByMail(
  { event, payload }: Notice,
  { notifyAllEvents, notifyCancellation }: Options,
): 'admins' | 'mail_to' | 'nobody' {
  switch (event) {
    case 'launch':
    case 'retrying':
    case 'skipping':
    case 'finished':
    case 'back_to_normal':
    case 'refresh':
      return 'nobody';
    case 'cancellation': {
      const byPerson = payload.bySystem !== true;
      return notifyCancellation && (notifyAllEvents || !byPerson) ? 'admins' : 'nobody';
    }
    case 'failure':
    case 'critical':
    case 'long_elapsed_time':
    case 'reminder':
      return 'admins';
    case 'unstarted':
      // One mail a queue: what else waits on it has the same cause.
      return payload.unstarted?.workers === 'none' && payload.unstarted.first === true
        ? 'mail_to'
        : 'nobody';
    case 'backlog':
      return payload.unstarted?.workers === 'none' ? 'mail_to' : 'nobody';
  }
}

/** Of the events in which people talk; null for those that no webhook is told of. */
export const levels: Readonly<Record<NoticeEvent, Level | null>> = {
  launch: 'INFO',
  retrying: 'INFO',
  skipping: 'INFO',
  finished: 'SUCCESS',
  cancellation: 'WARNING',
  failure: 'FAILURE',
  critical: 'CRITICAL',
  back_to_normal: 'SUCCESS',
  long_elapsed_time: 'WARNING',
  reminder: null,
  unstarted: null,
  backlog: null,
  refresh: null,
};
