/** Spreads notices: each becomes the deliveries of all targets besides Slack that tell of it, once. */
import { asItWas } from '../notifiers/as-it-was.ts';
import { longestEndpoint, type Channel, type Happening } from '../notifiers/channel.ts';
import { showSubject } from '../operations/show.ts';
import { insertDeliveries, type NewDelivery } from '../store/deliveries.ts';
import { subjectsOf, type Subject } from '../store/happenings.ts';
import { firstAfterFailure } from '../store/instances.ts';
import { beginSpreading, takeUnspread, type Spreadable } from '../store/spreading.ts';
import type { Log } from '../log.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Tx } from '../store/database.ts';

/** Of a transaction: enough to keep up with the engine, few enough to be over soon. */
const atOnce = 200;

export interface Spread {
  /** Deliveries that were made. */
  readonly made: number;
  /** There may be other notices. */
  readonly more: boolean;
}

/** What is sent is fixed here, in one transaction with the note that the notices are spread. */
export async function spreadNotices(
  tx: Tx,
  channels: readonly Channel[],
  facts: EngineFacts,
  log: Log,
): Promise<Spread> {
  const taken = await takeUnspread(tx, atOnce);
  if (taken === null) {
    await beginSpreading(tx);
    return { made: 0, more: false };
  }
  const deliveries = (await happeningsOf(tx, taken.notices, facts)).flatMap((one) =>
    channels.flatMap((channel) => deliveriesOf(channel, one, log)),
  );
  await insertDeliveries(tx, deliveries);
  await taken.done();
  return { made: deliveries.length, more: taken.more };
}

interface Told {
  readonly notice: Spreadable;
  readonly happening: Happening;
}

async function happeningsOf(
  tx: Tx,
  notices: readonly Spreadable[],
  facts: EngineFacts,
): Promise<Told[]> {
  const worth = notices.filter(({ event }) => event !== 'refresh');
  const instanceIds = worth.flatMap(({ instanceId }) => instanceId ?? []);
  const finished = worth.flatMap(({ event, instanceId }) =>
    event === 'finished' && instanceId !== null ? [instanceId] : [],
  );
  const subjects = await subjectsOf(tx, [...new Set(instanceIds)]);
  const recovered = await firstAfterFailure(tx, finished);
  return worth.flatMap((notice): Told[] => {
    if (notice.instanceId === null) {
      return [{ notice, happening: { ...notice, at: notice.createdAt, instance: null } }];
    }
    const subject = subjects.get(notice.instanceId);
    if (subject === undefined) return [];
    const back = notice.event === 'finished' && recovered.has(notice.instanceId);
    const event = back ? 'back_to_normal' : notice.event;
    return [{ notice, happening: runHappening({ ...notice, event }, subject, facts) }];
  });
}

function runHappening(
  { event, payload, tokenId, attempt, createdAt }: Spreadable & { readonly instanceId: number },
  { instance, definition, admins }: Subject,
  facts: EngineFacts,
): Happening {
  const shown = showSubject({ instance: asItWas(instance, event, createdAt), definition }, facts);
  return { event, payload, tokenId, attempt, at: createdAt, ...shown, admins };
}

/** A target that stumbles over a notice must not keep those after it from being told. */
function deliveriesOf(channel: Channel, { notice, happening }: Told, log: Log): NewDelivery[] {
  try {
    return channel.parcelsOf(happening).map(({ endpoint, request }) => ({
      noticeId: notice.id,
      target: channel.name,
      endpoint: endpoint.slice(0, longestEndpoint),
      event: happening.event,
      instanceId: notice.instanceId,
      definitionId: happening.instance?.definitionId ?? notice.definitionId,
      request,
      dead: endpoint.length > longestEndpoint ? 'the address is too long' : null,
    }));
  } catch (error) {
    const about = { target: channel.name, noticeId: notice.id, event: notice.event };
    log.error({ err: error, ...about }, 'a notice could not be told');
    return [];
  }
}
