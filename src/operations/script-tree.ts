/** The tree of a script, kept for the next step of the same script. */
import { read } from '../workflow/parse.ts';
import type { Node } from '../workflow/node.ts';

type Reading = ReturnType<typeof read>;

const kept = new Map<string, Reading>();
const mostKept = 200;

/** Throws when the script does not parse: a saved one always does. */
export function treeOf(script: string): Node {
  const { tree, errors } = reading(script);
  if (errors.length > 0) {
    throw new Error(`a saved script does not parse: ${errors[0]?.message ?? 'unknown'}`);
  }
  return tree;
}

/** What can be read of any script: a line that cannot hides no other. */
export const readableTreeOf = (script: string): Node => reading(script).tree;

function reading(script: string): Reading {
  const known = kept.get(script);
  if (known !== undefined) return known;
  const fresh = read(script);
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
  kept.set(script, fresh);
  return fresh;
}
