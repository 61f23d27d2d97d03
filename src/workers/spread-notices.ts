/** Spreads notices: each becomes the deliveries of all targets besides Slack that tell of it, once. */
import { asItWas } from '../notifiers/as-it-was.ts';
import {
  longestEndpoint,
  type Channel,
  type Happening,
  type Parcel,
} from '../notifiers/channel.ts';
import { showDefinition, showExecutions, showSubject } from '../operations/show.ts';
import { insertDeliveries, type NewDelivery } from '../store/deliveries.ts';
import { addressedDefinitions, subjectsOf, type Subject } from '../store/happenings.ts';
import {
  beginSpreading,
  configuredTargets,
  takeUnspread,
  type Spreadable,
} from '../store/spreading.ts';
import { toldCommands, type ToldCommand } from '../store/told-commands.ts';
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
    await begin(tx, channels);
    return { made: 0, more: false };
  }
  const told = await happeningsOf(tx, taken.notices, facts);
  const tests = await testsOf(tx, taken.notices, channels, facts);
  const deliveries = [
    ...told.flatMap((one) => channels.flatMap((channel) => deliveriesOf(channel, one, log))),
    ...tests,
  ];
  await insertDeliveries(tx, deliveries);
  await taken.done();
  return { made: deliveries.length, more: taken.more };
}

/** Another Kuroko, which has no targets, may have ended it. */
async function begin(tx: Tx, channels: readonly Channel[]): Promise<void> {
  if ((await configuredTargets(tx)).length > 0) return;
  await beginSpreading(
    tx,
    channels.map(({ name }) => name),
  );
}

interface Told {
  readonly notice: Happened;
  readonly happening: Happening;
}

type Test = Extract<Spreadable, { readonly event: 'test' }>;
type Happened = Exclude<Spreadable, Test>;
const hasHappened = (notice: Spreadable): notice is Happened =>
  notice.event !== 'test' && notice.event !== 'refresh';

async function happeningsOf(
  tx: Tx,
  notices: readonly Spreadable[],
  facts: EngineFacts,
): Promise<Told[]> {
  const worth = notices.filter(hasHappened);
  const instanceIds = worth.flatMap(({ instanceId }) => instanceId ?? []);
  const subjects = await subjectsOf(tx, [...new Set(instanceIds)]);
  const commands = await toldCommands(tx, worth);
  return worth.flatMap((notice): Told[] => {
    if (notice.instanceId === null) {
      return [{ notice, happening: { ...notice, at: notice.createdAt, instance: null } }];
    }
    const subject = subjects.get(notice.instanceId);
    if (subject === undefined) return [];
    return [{ notice, happening: runHappening(notice, subject, commands.get(notice.id), facts) }];
  });
}

function runHappening(
  { event, payload, tokenId, attempt, createdAt }: Happened & { readonly instanceId: number },
  { instance, definition, admins, prevented }: Subject,
  command: ToldCommand | undefined,
  facts: EngineFacts,
): Happening {
  const shown = showSubject({ instance: asItWas(instance, event, createdAt), definition }, facts);
  const [execution = null] =
    command === undefined ? [] : showExecutions(instance, [command.execution], facts);
  const about = { ...shown, admins, prevented, execution, tail: command?.tail ?? '' };
  return { event, payload, tokenId, attempt, at: createdAt, ...about };
}

/** A target that stumbles over a notice must not keep those after it from being told. */
function deliveriesOf(channel: Channel, { notice, happening }: Told, log: Log): NewDelivery[] {
  try {
    return channel.parcelsOf(happening).map((parcel) => ({
      ...addressed(channel, parcel),
      noticeId: notice.id,
      event: happening.event,
      instanceId: notice.instanceId,
      definitionId: happening.instance?.definitionId ?? notice.definitionId,
    }));
  } catch (error) {
    const about = { target: channel.name, noticeId: notice.id, event: notice.event };
    log.error({ err: error, ...about }, 'a notice could not be told');
    return [];
  }
}

/** Where somebody asks whether anything arrives. */
async function testsOf(
  tx: Tx,
  notices: readonly Spreadable[],
  channels: readonly Channel[],
  facts: EngineFacts,
): Promise<NewDelivery[]> {
  const wanted = notices.filter((notice): notice is Test => notice.event === 'test');
  const ids = wanted.flatMap(({ definitionId }) => definitionId ?? []);
  const definitions = await addressedDefinitions(tx, ids);
  return wanted.flatMap(({ id, definitionId, payload: { target, endpoint } }) => {
    const channel = channels.find(({ name }) => name === target);
    if (channel === undefined) return [];
    const found = definitions.get(definitionId ?? 0);
    const own = found === undefined ? [] : channel.endpointsOf(shownOf(found, facts));
    return (endpoint === null ? own : [endpoint]).map((to) => ({
      ...addressed(channel, { endpoint: to, request: channel.test(to) }),
      noticeId: id,
      event: 'test',
      instanceId: null,
      definitionId,
    }));
  });
}

const shownOf = (
  { definition, admins }: Pick<Subject, 'definition' | 'admins'>,
  facts: EngineFacts,
) => ({ definition: showDefinition(definition, facts), admins });

/** One with an address that no index holds goes nowhere, also when it is sent again: cut, it would be another's. */
function addressed({ name: target, shownEndpoint }: Channel, { endpoint, request }: Parcel) {
  const tooLong = Buffer.byteLength(endpoint) > longestEndpoint;
  const shown = shownEndpoint(endpoint).slice(0, longestEndpoint);
  const dead = tooLong ? 'the address is too long' : null;
  return { target, endpoint: tooLong ? '' : endpoint, shownEndpoint: shown, request, dead };
}
