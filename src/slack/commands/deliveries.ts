/** `deliveries [run|job] [dead]`: what was sent to other targets than Slack. */
import { deliveriesMessage, deliveriesPageSize } from '../../messages/deliveries-message.ts';
import { isAllowed } from '../../operations/authorise.ts';
import { showDefinition } from '../../operations/show.ts';
import { listDeliveries } from '../../store/listed-deliveries.ts';
import { findJob } from '../find-job.ts';
import type { Content } from '../../messages/blocks.ts';
import type { SlackActor } from '../serve.ts';
import type { Shell } from '../shell.ts';

export interface WantedDeliveries {
  readonly instanceId: number | null;
  /** What was typed, or the id of a button as a number; null for all. */
  readonly job: string | number | null;
  readonly dead: boolean;
  /** A delivery: of those before it. */
  readonly before?: number | null;
}

export async function deliveries(
  { db, config, facts }: Shell,
  actor: SlackActor,
  { instanceId, job, dead, before = null }: WantedDeliveries,
): Promise<Content> {
  const found = job === null ? null : await findJob(db, 'deliveries', job);
  if (found?.status === 'ambiguous') return found.question;
  const definition = found === null ? null : showDefinition(found.definition, facts);
  const definitionId = definition?.id ?? null;
  const limit = deliveriesPageSize + 1;
  const [rows, mayAdminister] = await Promise.all([
    listDeliveries(db, { instanceId, definitionId, dead, before, limit }),
    isAllowed(db, { actor, action: 'administer', definition: null, policy: config.slack }),
  ]);
  return deliveriesMessage({
    instanceId,
    definition,
    dead,
    deliveries: rows.slice(0, deliveriesPageSize),
    newest: before === null,
    more: rows.length > deliveriesPageSize,
    mayAdminister,
  });
}
