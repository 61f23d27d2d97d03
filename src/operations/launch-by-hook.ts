/** Launches what a hook stands for, once for each delivery, for whoever has signed it. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { conflict, invalid, notFound } from '../errors.ts';
import { findDefinition } from '../store/definitions.ts';
import {
  deliveriesWithin,
  findDelivery,
  hookSecrets,
  insertDelivery,
  lockHook,
  type Hook,
} from '../store/hooks.ts';
import { mappedEnv } from './hook-mapping.ts';
import { launch } from './launch.ts';
import type { Actor } from './actor.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { InstanceStatus } from '../store/instances.ts';
import type { Connection, Tx } from '../store/database.ts';

/** Days for which a delivery is known again. */
const keptDays = 7;
/** Launches of one hook, and the seconds in which it may have them. */
export const hookRate = { launches: 60, seconds: 60 };

/** Null: there is no such hook. */
export interface SignedRequest {
  readonly hookId: number | null;
  /** `sha256=` and the hex HMAC of the body. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/**
 * Whether the body is signed with the hook's secret, or with the one before it while it is taken. An
 * unknown hook and a wrong signature cost the same work, and cannot be told apart.
 */
export async function isSignedForHook(
  on: Connection,
  { hookId, signature, body }: SignedRequest,
): Promise<boolean> {
  const { secret, former } = await hookSecrets(on, hookId ?? 0);
  const given = Buffer.from(signature?.toLowerCase() ?? '');
  const current = isSigned(secret ?? nobodys, body, given);
  const before = isSigned(former ?? nobodys, body, given);
  return current || before;
}

/** Of no hook: what is signed with it is signed with nothing. */
const nobodys = randomBytes(32).toString('hex');

function isSigned(secret: string, body: Buffer, given: Buffer): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export interface DeliveryWish {
  readonly hookId: number;
  /** As the sender calls it: the same again is the same launch. */
  readonly deliveryId: string;
  /** Of a request that `isSignedForHook`. */
  readonly body: Buffer;
  /** Address it came from. */
  readonly place: string;
}

export type Delivered =
  | { readonly outcome: 'launched'; readonly instanceId: number; readonly status: InstanceStatus }
  /** The hook has launched too often just now. */
  | { readonly outcome: 'too_often' };

/**
 * Throws Invalid for a body that lacks what the hook needs, Conflict for an id that came with another
 * body or a suspended definition, NotFound when the definition or the hook is gone.
 */
export async function launchByHook(
  tx: Tx,
  { hookId, deliveryId, body, place }: DeliveryWish,
  facts: EngineFacts,
): Promise<Delivered> {
  const hook = await lockHook(tx, hookId);
  if (hook === null) throw notFound('There is no such hook any more.');
  const bodyDigest = createHash('sha256').update(body).digest();
  const known = await findDelivery(tx, hookId, deliveryId);
  if (known !== null) {
    if (!known.bodyDigest.equals(bodyDigest)) {
      throw conflict('This id was sent before, with another body. Nothing was launched.');
    }
    return { outcome: 'launched', instanceId: known.instanceId, status: known.status };
  }
  if ((await deliveriesWithin(tx, hookId, hookRate.seconds)) >= hookRate.launches) {
    return { outcome: 'too_often' };
  }
  const definition = await findDefinition(tx, hook.definitionId);
  if (definition === null) throw notFound('The job of this hook was deleted.');
  // It launches by itself, as schedules do.
  if (definition.suspended)
    throw conflict(`"${definition.name}" is suspended. Nothing was launched.`);
  const wish = {
    definitionId: definition.id,
    env: envOf(hook, body),
    actor: hookActor(hook, place),
    from: 'hook',
    launchKey: `hook:${hookId}:${deliveryId}`,
    channel: null,
  } as const;
  const [launched] = await launch(tx, [wish], facts);
  if (launched === undefined) throw new Error('a launch came back without an instance');
  const { instanceId, status } = launched;
  await insertDelivery(tx, hookId, { deliveryId, bodyDigest, instanceId, status }, keptDays);
  return { outcome: 'launched', instanceId, status };
}

const hookActor = ({ id, name }: Hook, place: string): Actor => ({
  kind: 'hook',
  id: String(id),
  name: `hook ${name}`,
  place,
});

/** Of a hook that takes nothing from the body, the body may be anything. */
function envOf({ mapping }: Hook, body: Buffer): Readonly<Record<string, string>> {
  if (Object.keys(mapping).length === 0) return {};
  const mapped = mappedEnv(mapping, json(body));
  if (mapped.ok) return mapped.env;
  throw invalid('The body lacks what this hook needs.', mapped.problems);
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    throw invalid('The body is not JSON in UTF-8.');
  }
}
