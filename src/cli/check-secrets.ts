/** Secrets that are too short to be masked: in custom tasks, and in the scripts of definitions. */
import { definitionScripts } from '../store/definitions.ts';
import { read } from '../workflow/parse.ts';
import { secretNames } from '../workflow/secret-names.ts';
import { unmaskable } from '../workflow/secret-values.ts';
import { parseEnv } from '../workflow/task/env.ts';
import { walkNodes } from '../workflow/walk-nodes.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../store/database.ts';
import type { Finding } from './finding.ts';

export function checkTaskSecrets({
  customTasks,
  secrets,
}: Pick<Config, 'customTasks' | 'secrets'>): Finding[] {
  const isSecret = secretNames(secrets);
  return Object.entries(customTasks).flatMap(([word, { env }]) =>
    unmaskable(isSecret, env).map((name) => warning(`custom_tasks.${word}`, name)),
  );
}

export async function checkDefinitionSecrets(
  db: Connection,
  { secrets }: Pick<Config, 'secrets'>,
): Promise<Finding[]> {
  const isSecret = secretNames(secrets);
  return (await definitionScripts(db)).flatMap(({ id, name: job, script }) =>
    [...walkNodes(read(script).tree)].flatMap(({ type, option, line }) => {
      const parsed = type === 'env' ? parseEnv(option) : null;
      if (parsed?.ok !== true) return [];
      const names = unmaskable(isSecret, parsed.value);
      return names.map((name) => warning(`definition ${id} ${job} (line ${line})`, name));
    }),
  );
}

function warning(where: string, name: string): Finding {
  const message = `${where}: the value of ${name} is shorter than 6 characters: it is not masked in logs and messages`;
  return { type: 'warning', about: 'secrets', message };
}
