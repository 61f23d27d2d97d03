/** Environment pairs as people write them: `NAME=value`. */

export type ParsedEnv =
  | { readonly ok: true; readonly env: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads pairs, one an element; the value is everything after the first `=`. Later wins. */
export function parseEnv(pairs: readonly string[]): ParsedEnv {
  const problems: string[] = [];
  const env: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 0) {
      problems.push(`"${pair}" is not an environment pair: write NAME=value.`);
      continue;
    }
    const problem = envProblem(pair.slice(0, at), pair.slice(at + 1));
    if (problem === null) env[pair.slice(0, at)] = pair.slice(at + 1);
    else problems.push(problem);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, env: { ...env } };
}

/** Lines of a form, one pair a line, the value quoted or not; empty lines are passed over. */
export function parseEnvLines(lines: string): ParsedEnv {
  return parseEnv(
    lines
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => line.replace(/^(\w+=)(?:"(.*)"|'(.*)')$/, '$1$2$3')),
  );
}

/** Why a name and value cannot be in an environment, as a sentence; null when they can. */
function envProblem(name: string, value: string): string | null {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return `"${name}" is not a valid name of an environment variable: letters, digits and _, not beginning with a digit.`;
  }
  if (value.includes('\0')) return `The value of ${name} contains a NUL character.`;
  return null;
}
