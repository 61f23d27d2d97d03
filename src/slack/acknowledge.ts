/** Sees to it that every payload of Slack is acknowledged once, whatever becomes of it. */
import type { ReceiverEvent } from '@slack/bolt';
import type { Log } from '../log.ts';

/** Slack gives up on an answer after 3 s; a little is left for the way. */
const deadline = 2_500;

/**
 * Lets `handle` work on a payload. Acknowledges with nothing when it has not done so within 2.5 s,
 * or has ended without: nobody listens to such a payload. A second acknowledgement is dropped.
 * Bolt itself leaves all three to the receiver. Never rejects.
 */
export async function acknowledged(
  event: ReceiverEvent,
  handle: (event: ReceiverEvent) => Promise<void>,
  log: Log,
): Promise<void> {
  let done = false;
  const ack: ReceiverEvent['ack'] = async (response) => {
    if (done) return;
    done = true;
    await event.ack(response);
  };
  const acknowledgeWithNothing = (why: string) => {
    if (done) return;
    log.warn({ type: typeOf(event.body) }, why);
    ack().catch((error: unknown) => log.warn({ err: error }, 'could not be acknowledged'));
  };
  const timer = setTimeout(
    () => acknowledgeWithNothing('acknowledged late: the listener is slow'),
    deadline,
  );
  try {
    await handle({ ...event, ack });
  } catch (error) {
    log.error({ err: error, type: typeOf(event.body) }, 'a payload of Slack could not be handled');
  } finally {
    clearTimeout(timer);
    acknowledgeWithNothing('nothing listens to this payload of Slack');
  }
}

function typeOf(body: ReceiverEvent['body']): string {
  const { type, command } = body as { type?: unknown; command?: unknown };
  if (typeof type === 'string') return type;
  return typeof command === 'string' ? 'command' : 'unknown';
}
