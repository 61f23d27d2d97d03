/** The tree of a script that was saved, kept for the next step of the same script. */
import { parse } from '../workflow/parse.ts';
import type { Node } from '../workflow/node.ts';

const kept = new Map<string, Node>();
const mostKept = 200;

/** Throws when the script does not parse: a saved one always does. */
export function treeOf(script: string): Node {
  const known = kept.get(script);
  if (known !== undefined) return known;
  const parsed = parse(script);
  if (!parsed.ok) {
    throw new Error(`a saved script does not parse: ${parsed.errors[0]?.message ?? 'unknown'}`);
  }
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '');
  kept.set(script, parsed.tree);
  return parsed.tree;
}
