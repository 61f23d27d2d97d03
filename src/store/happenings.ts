/** What notices are about: read for many at once, when they are told to targets besides Slack. */
import { findDefinitions, type Definition } from './definitions.ts';
import { findInstances, preventedUpTo, type Instance } from './instances.ts';
import { adminAddresses } from './users.ts';
import type { Connection } from './database.ts';

export interface Subject {
  readonly instance: Instance;
  /** Also a deleted one. */
  readonly definition: Definition;
  /** Addresses of its admins that have one. */
  readonly admins: readonly string[];
  /** The how manieth launch it was that the same instance prevented; 0: it was not. */
  readonly prevented: number;
}

/** By the id of the instance; what has been deleted meanwhile is missing. */
export async function subjectsOf(
  on: Connection,
  instanceIds: readonly number[],
): Promise<ReadonlyMap<number, Subject>> {
  if (instanceIds.length === 0) return new Map();
  const instances = await findInstances(on, instanceIds);
  const ids = [...new Set(instances.map(({ definitionId }) => definitionId))];
  const definitions = await addressedDefinitions(on, ids);
  const prevented = await preventedUpTo(
    on,
    instances.flatMap(({ id, preventedBy }) => (preventedBy === null ? [] : [id])),
  );
  return new Map(
    instances.flatMap((instance) => {
      const found = definitions.get(instance.definitionId);
      if (found === undefined) return [];
      return [[instance.id, { instance, ...found, prevented: prevented.get(instance.id) ?? 0 }]];
    }),
  );
}

/** By the id of the definition. */
export async function addressedDefinitions(
  on: Connection,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Pick<Subject, 'definition' | 'admins'>>> {
  if (ids.length === 0) return new Map();
  const definitions = await findDefinitions(on, ids);
  const admins = await adminAddresses(on, ids);
  return new Map(
    definitions.map((definition) => {
      const own = admins.filter(({ definitionId }) => definitionId === definition.id);
      return [definition.id, { definition, admins: own.map(({ email }) => email) }];
    }),
  );
}
