/** `sub_process: 42` launches another definition, by id or by name, and waits for its instance. */
import { type Option, problemsOf, refused, understood } from '../option.ts';
import type { Task } from '../task.ts';

export const subProcess: Task = {
  word: 'sub_process',
  check: (node) => problemsOf(parseDefinition(node.option)),
  enter: (node) => {
    const option = parseDefinition(node.option);
    if (!option.ok) return { type: 'broken', message: option.problem.message };
    return { type: 'launch', definition: option.value };
  },
};

/** The same under its older name. */
export const subprocess: Task = { ...subProcess, word: 'subprocess' };

export type DefinitionReference =
  | { readonly type: 'id'; readonly id: number }
  | { readonly type: 'name'; readonly name: string };

/** A number is an id, anything else a name. Whether there is such a definition is not known here. */
export function parseDefinition(option: string | null): Option<DefinitionReference> {
  const text = option ?? '';
  if (!/\S/.test(text)) {
    return refused(
      'Option of sub process should be a number.',
      'Write the id of a definition, or its name: `sub_process: 42`.',
    );
  }
  const isId = /^[0-9]+$/.test(text) && Number.isSafeInteger(Number(text));
  return understood(isId ? { type: 'id', id: Number(text) } : { type: 'name', name: text });
}
