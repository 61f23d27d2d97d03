/** Definitions with what else the API tells of them: crons and admins. */
import { showDefinition } from '../operations/show.ts';
import { schedulesOf } from '../store/schedules.ts';
import { adminsOfEach } from '../store/users.ts';
import { definitionBody } from './definition-fields.ts';
import type { Connection } from '../store/database.ts';
import type { Definition } from '../store/definitions.ts';
import type { HttpContext } from './http-context.ts';

export async function definitionBodies(
  on: Connection,
  definitions: readonly Definition[],
  facts: HttpContext['facts'],
): Promise<ReturnType<typeof definitionBody>[]> {
  const ids = definitions.map(({ id }) => id);
  const [schedules, admins] = await Promise.all([schedulesOf(on, ids), adminsOfEach(on, ids)]);
  const crons = byDefinition(schedules);
  const userIds = byDefinition(admins);
  return definitions.map((definition) =>
    definitionBody(
      showDefinition(definition, facts),
      (crons.get(definition.id) ?? []).map(({ cron }) => cron),
      (userIds.get(definition.id) ?? []).map(({ userId }) => userId),
    ),
  );
}

function byDefinition<Row extends { readonly definitionId: number }>(
  rows: readonly Row[],
): Map<number, Row[]> {
  const groups = new Map<number, Row[]>(rows.map(({ definitionId }) => [definitionId, []]));
  for (const row of rows) groups.get(row.definitionId)?.push(row);
  return groups;
}
