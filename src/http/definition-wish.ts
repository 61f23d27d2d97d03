/** A payload about a definition as the wish that it is. */
import { namedFields, type DefinitionPayload } from './definition-fields.ts';
import type { DefinitionWish } from '../operations/change-definition.ts';

/** A script and a description of half a megabyte. */
export const mostBytes = 1_048_576;

type Rest = Pick<DefinitionWish, 'id' | 'problems' | 'actor' | 'policy'>;

export function definitionWish({
  payload,
  ...rest
}: Rest & { readonly payload: DefinitionPayload }): DefinitionWish {
  const { user_id: ids, admins: refs, cron: crons } = payload;
  return {
    ...rest,
    fields: namedFields(payload),
    ...((ids ?? refs) !== undefined && { admins: { ids: ids ?? [], refs: refs ?? [] } }),
    ...(crons !== undefined && { crons }),
  };
}
