/** `kuroko_runner: cleanup_old_instances` runs a maintenance that is built in. */
import { closestWord } from '../closest-word.ts';
import type { Node } from '../node.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';
import { parseCommand } from './execute.ts';

export const kurokoRunner: Task = {
  word: 'kuroko_runner',
  check: (node) => problemsOf(parseMaintenance(node)),
  enter: (node) => {
    const maintenance = parseMaintenance(node);
    if (!maintenance.ok) return { type: 'broken', message: maintenance.problem.message };
    return { type: 'maintain', maintenance: maintenance.value };
  },
};

export const maintenances = [
  'cleanup_old_instances',
  'cleanup_old_execution_histories',
  'remind_failure',
] as const;
export type Maintenance = (typeof maintenances)[number];

export function parseMaintenance(node: Node): Option<Maintenance> {
  const command = parseCommand(node);
  if (!command.ok) return command;
  const known = maintenances.find((name) => name === command.value);
  if (known !== undefined) return understood(known);
  const meant = closestWord(command.value, maintenances);
  return refused(
    `\`${command.value}\` is no maintenance of kuroko_runner.`,
    meant === null
      ? `There are ${maintenances.map((name) => `\`${name}\``).join(', ')}.`
      : `Did you mean \`${meant}\`?`,
  );
}
