/** Rows as the JSON of the command line: snake_case keys, times as ISO 8601, no environment values. */
import type { Definition, DefinitionSummary } from '../store/definitions.ts';
import type { Execution } from '../store/executions.ts';
import type { Instance, InstanceSummary } from '../store/instances.ts';
import type { Shown } from '../store/shown.ts';
import type { StoredToken } from '../store/tokens.ts';
import type { User } from '../store/users.ts';

type Fields = Readonly<Record<string, unknown>>;

export const definitionJson = (definition: Shown<Definition>, admins: readonly User[]): Fields => ({
  ...snakeCased(definition),
  admins: admins.map(({ email, slackUserId }) => email ?? slackUserId),
});

export const definitionSummaryJson = (row: DefinitionSummary): Fields => ({
  id: row.id,
  name: row.name,
  tags: row.tags,
  suspended: row.suspended,
  last_instance:
    row.lastInstanceId === null
      ? null
      : { id: row.lastInstanceId, status: row.lastStatus, created_at: row.lastCreatedAt },
});

export const instanceSummaryJson = (row: InstanceSummary): Fields => snakeCased(row);

/** Of the environment only the names: the values may be secrets. */
export function instanceJson({ env, ...instance }: Shown<Instance>): Fields {
  return { ...snakeCased(instance), env_names: Object.keys(env) };
}

export const tokenJson = ({ id, path, status, attempt, enteredAt }: StoredToken): Fields =>
  snakeCased({ id, path, status, attempt, enteredAt });

export const executionJson = (execution: Shown<Execution>): Fields => snakeCased(execution);

/** The keys of the row itself; what it holds stays as it is. */
export function snakeCased(row: object): Fields {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]: [string, unknown]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
