/** What is masked in the texts of an instance, or of a definition. */
import { createMask, type Mask } from '../workflow/mask.ts';
import { parseEnv } from '../workflow/task/env.ts';
import { walkNodes } from '../workflow/walk-nodes.ts';
import { readableTreeOf } from './script-tree.ts';
import type { IsSecret } from '../workflow/secret-names.ts';

type Environment = Readonly<Record<string, string>>;

/** What the configuration says of secrets. */
export interface SecretFacts {
  readonly isSecret: IsSecret;
  /** The environments that custom tasks bring along, by their words. */
  readonly taskEnvironments: ReadonlyMap<string, Environment>;
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

function environmentsOf(script: string, { taskEnvironments }: SecretFacts): Environment[] {
  return Array.from(walkNodes(readableTreeOf(script)), ({ type, option }) => {
    if (type !== 'env') return taskEnvironments.get(type) ?? {};
    const parsed = parseEnv(option);
    return parsed.ok ? parsed.value : {};
  });
}
