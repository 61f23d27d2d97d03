/** Which events are told where there is no message yet: the table of the contract, section 6. */
import type { Definition } from '../store/definitions.ts';
import type { Notice } from '../store/outbox.ts';

export function mustTell(
  { event, payload }: Notice,
  { notifyAllEvents, notifyCancellation }: Definition,
): boolean {
  switch (event) {
    case 'failure':
    case 'critical':
    case 'back_to_normal':
    case 'long_elapsed_time':
    case 'reminder':
    case 'unstarted':
      return true;
    case 'launch':
    case 'retrying':
    case 'finished':
      return notifyAllEvents;
    case 'skipping':
      // Without a name it is the script that skipped: nobody has seen the error.
      return notifyAllEvents || payload.by === undefined;
    case 'cancellation':
      return payload.bySystem === true ? notifyCancellation : notifyAllEvents;
    case 'refresh':
    case 'backlog':
      return false;
  }
}
