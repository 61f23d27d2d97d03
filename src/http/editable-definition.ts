/** The definition that an address names, for somebody who may change it. */
import { notFound } from '../errors.ts';
import { authorise } from '../operations/authorise.ts';
import { findDefinition, type Definition } from '../store/definitions.ts';
import type { Actor } from '../operations/actor.ts';
import type { Tx } from '../store/database.ts';
import type { HttpContext } from './http-context.ts';

/** Throws NotFound; Forbidden where it is not for this actor. */
export async function editableDefinition(
  tx: Tx,
  { config }: HttpContext,
  actor: Actor,
  id: number,
): Promise<Definition> {
  const definition = await findDefinition(tx, id);
  if (definition === null) throw notFound(`There is no definition ${id}.`);
  await authorise(tx, { actor, action: 'edit', definition, policy: config.slack });
  return definition;
}
