/** The instance that an address names, for somebody who may read it. */
import { notFound } from '../errors.ts';
import { authorise } from '../operations/authorise.ts';
import { findDefinition, type Definition } from '../store/definitions.ts';
import { findInstance, type Instance } from '../store/instances.ts';
import type { Actor } from '../operations/actor.ts';
import type { z } from 'zod';
import type { instanceParams } from './fields.ts';
import type { HttpContext } from './http-context.ts';

/** Throws NotFound, also when the instance is not of that definition. A deleted definition's are found. */
export async function readableInstance(
  { config, db }: HttpContext,
  actor: Actor,
  { id: definitionId, instance_id: instanceId }: z.output<typeof instanceParams>,
): Promise<{ definition: Definition; instance: Instance }> {
  const [definition, instance] = await Promise.all([
    findDefinition(db, definitionId, { deleted: true }),
    findInstance(db, instanceId),
  ]);
  if (definition === null || instance?.definitionId !== definitionId) {
    throw notFound(`Definition ${definitionId} has no instance ${instanceId}.`);
  }
  await authorise(db, { actor, action: 'read', definition, policy: config.slack });
  return { definition, instance };
}
