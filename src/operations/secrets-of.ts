/** What is masked in the texts of an instance, or of a definition. */
import { createMask, type Mask } from '../workflow/mask.ts';
import { parseEnv } from '../workflow/task/env.ts';
import { walkNodes } from '../workflow/walk-nodes.ts';
import { readableTreeOf } from './script-tree.ts';
import type { Node } from '../workflow/node.ts';
import type { IsSecret } from '../workflow/secret-names.ts';

type Environment = Readonly<Record<string, string>>;
type TaskEnvironments = ReadonlyMap<string, Environment>;

/** What the configuration says of secrets. */
export interface SecretFacts {
  readonly isSecret: IsSecret;
  /** The environments that custom tasks bring along, by their words. */
  readonly taskEnvironments: TaskEnvironments;
}

/**
 * Knows every secret that a command of the script can be given: of the launch, of every `env` of the
 * script, reached or not, and of the custom tasks that it uses. A definition has no launch; `more` is
 * what a command is given besides.
 */
export function secretsOf(
  { script, env = {} }: { readonly script: string; readonly env?: Environment },
  { secrets }: { readonly secrets: SecretFacts },
  more: Environment = {},
): Mask {
  return createMask(secrets.isSecret, [env, more, ...environmentsOf(script, secrets)]);
}

/** Of the tree of a script: looked for anew with each step, they cost one of 10,000 lines 15 ms. */
const kept = new WeakMap<
  Node,
  { readonly from: TaskEnvironments; readonly found: Environment[] }
>();

function environmentsOf(script: string, { taskEnvironments: from }: SecretFacts): Environment[] {
  const tree = readableTreeOf(script);
  const known = kept.get(tree);
  if (known?.from === from) return known.found;
  const found = walkNodes(tree).flatMap(({ type, option }): Environment | Environment[] => {
    if (type !== 'env') return from.get(type) ?? [];
    const parsed = parseEnv(option);
    return parsed.ok ? parsed.value : [];
  });
  kept.set(tree, { from, found });
  return found;
}
