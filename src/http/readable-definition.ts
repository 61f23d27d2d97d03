/** The definition that an address names, for somebody who may read it. */
import { notFound } from '../errors.ts';
import { authorise } from '../operations/authorise.ts';
import { findDefinition, type Definition } from '../store/definitions.ts';
import type { Actor } from '../operations/actor.ts';
import type { HttpContext } from './http-context.ts';

/** Throws NotFound, also for one that was deleted, unless those are wanted; Forbidden where it is not for this actor. */
export async function readableDefinition(
  { config, db }: HttpContext,
  actor: Actor,
  id: number,
  which: { readonly deleted?: boolean } = {},
): Promise<Definition> {
  const definition = await findDefinition(db, id, which);
  if (definition === null) throw notFound(`There is no definition ${id}.`);
  await authorise(db, { actor, action: 'read', definition, policy: config.slack });
  return definition;
}
