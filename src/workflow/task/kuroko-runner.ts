/** `kuroko_runner: cleanup_old_instances` runs a maintenance that is built in. */
import { closestWord } from '../closest-word.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import { checkCommand } from './execute.ts';

export const kurokoRunner: Task = {
  word: 'kuroko_runner',
  check: (node) => {
    const missing = checkCommand(node);
    return missing.length > 0 ? missing : problemsOf(parseMaintenance(node.option));
  },
  enter: null,
};

export const maintenances = [
  'cleanup_old_instances',
  'cleanup_old_execution_histories',
  'remind_failure',
] as const;
export type Maintenance = (typeof maintenances)[number];

export function parseMaintenance(option: string | null): Option<Maintenance> {
  const known = maintenances.find((name) => name === option);
  if (known !== undefined) return understood(known);
  const meant = closestWord(option ?? '', maintenances);
  return refused(
    `\`${option ?? ''}\` is no maintenance of kuroko_runner.`,
    meant === null
      ? `There are ${maintenances.map((name) => `\`${name}\``).join(', ')}.`
      : `Did you mean \`${meant}\`?`,
  );
}
