/** What notices are about: read for many at once, when they are told to targets besides Slack. */
import { findDefinitions, type Definition } from './definitions.ts';
import { findInstances, type Instance } from './instances.ts';
import { adminAddresses } from './users.ts';
import type { Connection } from './database.ts';

export interface Subject {
  readonly instance: Instance;
  /** Also a deleted one. */
  readonly definition: Definition;
  /** Addresses of its admins that have one. */
  readonly admins: readonly string[];
}

/** By the id of the instance; what has been deleted meanwhile is missing. */
export async function subjectsOf(
  on: Connection,
  instanceIds: readonly number[],
): Promise<ReadonlyMap<number, Subject>> {
  const instances = await findInstances(on, instanceIds);
  const definitionIds = [...new Set(instances.map(({ definitionId }) => definitionId))];
  const [definitions, admins] = await Promise.all([
    findDefinitions(on, definitionIds),
    adminAddresses(on, definitionIds),
  ]);
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  return new Map(
    instances.flatMap((instance) => {
      const definition = byId.get(instance.definitionId);
      if (definition === undefined) return [];
      const { id } = definition;
      const addresses = admins.flatMap(({ definitionId, email }) =>
        definitionId === id ? [email] : [],
      );
      return [[instance.id, { instance, definition, admins: addresses }]];
    }),
  );
}
