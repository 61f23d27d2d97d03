/** Launches what a `sub_process` asked for, and links the two instances. */
import { conflict, UserError } from '../errors.ts';
import { isDatabaseError, type Database, type Tx } from '../store/database.ts';
import { takeEvent, type InstanceEvent } from '../store/events.ts';
import { insertLog } from '../store/logs.ts';
import { ancestorsOf } from '../store/relations.ts';
import { applyEvent } from './apply-event.ts';
import { inTransaction } from './in-transaction.ts';
import { instanceName } from './instance-name.ts';
import { launch, type Launched } from './launch.ts';
import { refreshMessages } from './refresh-messages.ts';
import { resolveReference } from './resolve-reference.ts';
import { secretsOf } from './secrets-of.ts';
import { lockWaitingStep, type WaitingStep } from './waiting-step.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Definition } from '../store/definitions.ts';
import type { Instance } from '../store/instances.ts';

type LaunchWanted = Extract<InstanceEvent, { readonly kind: 'launch_child' }>;

/** Instances that launch one another, the first not counted. */
const deepest = 20;

/** Dropped when the step waits no more. What keeps it from being launched fails the step. */
export async function launchChild(
  db: Database,
  event: LaunchWanted,
  facts: EngineFacts,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await takeEvent(tx, event.id))) return;
    const step = await lockWaitingStep(tx, event);
    if (step === null) return;
    const { instance, token, tokens } = step;
    try {
      await launchFor(tx, step, event, facts);
    } catch (error) {
      // Nothing has been written: it would be the same for ever.
      if (isDatabaseError(error)) throw error;
      const child = refusal(error);
      const refused = { type: 'child_ended', outcome: 'refused', child } as const;
      await applyEvent(tx, instance, tokens, token.key, refused, facts);
    }
  });
}

async function launchFor(
  tx: Tx,
  { instance, token }: WaitingStep,
  { payload, attempt }: LaunchWanted,
  facts: EngineFacts,
): Promise<void> {
  const definition = await resolveReference(tx, payload);
  await refuseEndless(tx, instance, definition);
  const wish = {
    definitionId: definition.id,
    // The environment of a launch goes no further than the instance that was launched with it.
    env: {},
    actor: { kind: 'system', id: 'sub_process', name: instanceName(instance) },
    from: 'sub_process',
    launchKey: `sub_process:${token.id}:${attempt}`,
    channel: instance.launchChannel,
    parent: { tokenId: token.id, attempt, depth: instance.depth },
  } as const;
  const [child] = await launch(tx, [wish], facts);
  if (child === undefined) throw new Error('nothing was launched');
  await insertLog(tx, {
    instanceId: instance.id,
    tokenId: token.id,
    level: 'INFO',
    message: secretsOf(instance, facts).text(
      `Launched ${nameOf(definition, child)} as a sub process.`,
    ),
  });
  await refreshMessages(tx, instance.id);
}

const nameOf = ({ id, name }: Definition, { instanceId }: Launched): string =>
  instanceName({ id: instanceId, definitionId: id, definitionName: name });

/** Where a fork launches itself, even a few rounds of it would be more than anybody can cancel. */
async function refuseEndless(tx: Tx, { id, depth }: Instance, wanted: Definition): Promise<void> {
  const lineage = await ancestorsOf(tx, id);
  const same = lineage.find(({ definitionId }) => definitionId === wanted.id);
  if (same !== undefined) {
    throw conflict(
      `It would go on for ever, for instance ${same.id} of the same job is what has led to this one.`,
    );
  }
  if (depth < deepest) return;
  throw conflict(`${deepest} instances have launched one another already, and that is too deep.`);
}

function refusal(error: unknown): string {
  if (error instanceof UserError) return [error.message, ...error.details].join(' ');
  return `The engine cannot: ${error instanceof Error ? error.message : String(error)}`;
}
