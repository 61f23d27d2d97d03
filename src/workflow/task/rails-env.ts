/** `rails_env: staging` sets `RAILS_ENV` for the executions that follow, up to a ceiling. */
import { closestWord } from '../closest-word.ts';
import { type RailsEnv, railsEnvs } from '../known.ts';
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const railsEnv: Task = {
  word: 'rails_env',
  check: (node, known) => problemsOf(parseRailsEnv(node.option, known.railsEnvCeiling)),
  enter: (node, context, { railsEnvCeiling }) => {
    const option = parseRailsEnv(node.option, railsEnvCeiling);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    if (option.value === null) return { type: 'pass', context };
    return {
      type: 'pass',
      context: { ...context, env: { ...context.env, RAILS_ENV: option.value } },
    };
  },
};

/** One of the four, not above the ceiling; null when the option is empty and changes nothing. */
export function parseRailsEnv(option: string | null, ceiling: RailsEnv): Option<RailsEnv | null> {
  if (option === null || option === '') return understood(null);
  const settable = railsEnvs.slice(0, railsEnvs.indexOf(ceiling) + 1);
  const value = settable.find((candidate) => candidate === option);
  if (value !== undefined) return understood(value);
  const meant = closestWord(option, settable);
  return refused(
    `Argument error: option value of rails_env: ${option} is not settable.`,
    meant === null
      ? `It can be ${settable.map((name) => `\`${name}\``).join(', ')}.`
      : `Did you mean \`${meant}\`?`,
  );
}
