/** A receiver of Bolt's whose payloads are acknowledged once each, and waited for at the end. */
import { acknowledged } from './acknowledge.ts';
import type { App, Receiver } from '@slack/bolt';
import type { Log } from '../log.ts';
import type { InFlight } from './in-flight.ts';

export function guardedReceiver(receiver: Receiver, inFlight: InFlight, log: Log): Receiver {
  return {
    init(app) {
      const guard: Pick<App, 'processEvent'> = {
        processEvent(event) {
          const work = acknowledged(event, (guarded) => app.processEvent(guarded), log);
          inFlight.track(work);
          return work;
        },
      };
      // Of the whole App a receiver calls this one method.
      receiver.init(guard as App);
    },
    start: (...args: unknown[]) => receiver.start(...args),
    stop: (...args: unknown[]) => receiver.stop(...args),
  };
}
