/** The values of secrets, as they may turn up in a text. */
import type { IsSecret } from './secret-names.ts';

/** In characters. What is shorter would mask half of an ordinary text. */
const shortestSecret = 6;

/**
 * The values that secret names have in environments, each once, longest first. Of a value of several
 * lines every line counts as well, for logs are shown by the line; white space around is no part of
 * a secret, for a shell takes it off.
 */
export function secretValues(
  isSecret: IsSecret,
  environments: readonly Readonly<Record<string, string>>[],
): string[] {
  const values = environments
    .flatMap((environment) => Object.entries(environment))
    .filter(([name]) => isSecret(name))
    .flatMap(([, value]) => [value, ...value.split(/[\r\n]+/)])
    .map((value) => value.trim())
    .filter((value) => Array.from(value).length >= shortestSecret);
  return [...new Set(values)].toSorted((one, other) => other.length - one.length);
}

/** The secret names whose value is too short to be masked; an empty one is none. */
export function unmaskable(
  isSecret: IsSecret,
  environment: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => {
      const length = Array.from(value.trim()).length;
      return isSecret(name) && length > 0 && length < shortestSecret;
    })
    .map(([name]) => name);
}
