/** Does what instances have said to one another: launches, tells of ends, cancels. */
import { openEvents, postponeEvent, type InstanceEvent } from '../store/events.ts';
import { beginAwait, hearEnd } from './await-instances.ts';
import { cancelChild } from './cancel-child.ts';
import { launchChild } from './launch-child.ts';
import { tellParent } from './tell-parent.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Database } from '../store/database.ts';

/** At a time. */
const most = 100;

/**
 * Each in transactions of its own, which touch one instance each; whoever is ended in between is
 * followed by another who finds the rest. Where several do it at once, each is consumed by one.
 */
export async function consumeEvents(
  db: Database,
  facts: EngineFacts,
  onTrouble: (error: unknown, event: InstanceEvent) => void,
): Promise<{ more: boolean }> {
  const open = await openEvents(db, most);
  for (const event of open) {
    try {
      await consume(db, event, facts);
    } catch (error) {
      // The others are not held up by it. Without a database this fails as well, and ends the round.
      await postponeEvent(db, event.id, postponedSeconds);
      onTrouble(error, event);
    }
  }
  return { more: open.length === most };
}

const postponedSeconds = 60;

function consume(db: Database, event: InstanceEvent, facts: EngineFacts): Promise<void> {
  switch (event.kind) {
    case 'launch_child':
      return launchChild(db, event, facts);
    case 'child_ended':
      return tellParent(db, event, facts);
    case 'cancel_child':
      return cancelChild(db, event, facts);
    case 'await':
      return beginAwait(db, event, facts);
    case 'instance_ended':
      return hearEnd(db, event, facts);
  }
}
