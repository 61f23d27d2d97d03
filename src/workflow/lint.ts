/** Reads and validates a script in one go: the tree, or everything that is wrong with it. */
import type { Known } from './known.ts';
import { type Parsed, read } from './parse.ts';
import { inScriptOrder } from './script-error.ts';
import { validate } from './validate.ts';

/** Also the readable lines of a script with syntax errors are validated. */
export function lint(script: string, known: Known): Parsed {
  const { tree, errors } = read(script);
  const all = inScriptOrder([...errors, ...validate(tree, known)]);
  return all.length === 0 ? { ok: true, tree } : { ok: false, errors: all };
}
