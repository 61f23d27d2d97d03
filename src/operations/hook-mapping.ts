/**
 * Which values of a body become environment variables: `GIT_REF=ref`, `COMMIT=/head_commit/id`. A path
 * that begins with `/` is a JSON pointer (RFC 6901), any other is names with dots between them.
 */

export type Mapping = Readonly<Record<string, string>>;

export type ReadMapping =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly problems: readonly string[] };

export type MappedEnv =
  | { readonly ok: true; readonly env: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problems: readonly string[] };

const mostVariables = 50;
const longestPath = 200;
/** Bytes: Linux takes 128 KB a value, and about 2 MB in all. */
const longestValue = 16_384;

/** One `NAME=path` an element. */
export function readMapping(pairs: readonly string[]): ReadMapping {
  const split = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  const problems = split.flatMap(([name, path]) => pairProblems(name, path));
  const names = new Set(split.map(([name]) => name));
  if (names.size < split.length) problems.push('A variable is there twice.');
  if (split.length > mostVariables)
    problems.push(`There are more than ${mostVariables} variables.`);
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, mapping: Object.fromEntries(split) };
}

function pairProblems(name: string, path: string): string[] {
  const shown = JSON.stringify(name.slice(0, 80));
  if (!/^[A-Za-z_]\w{0,99}$/.test(name)) {
    return [`${shown} cannot be the name of an environment variable: write NAME=path.`];
  }
  if (path === '' || path.length > longestPath || /\p{Cc}|\p{Surrogate}/u.test(path)) {
    return [
      `${shown} needs the place of its value in the body: ${name}=ref, ${name}=/commits/0/id.`,
    ];
  }
  if (path.startsWith('/') && /~(?![01])/.test(path)) {
    return [`${shown}: in a JSON pointer ~ is written ~0, and a / within a name ~1.`];
  }
  return [];
}

/** Every variable must be there, as a text, a number, true or false. */
export function mappedEnv(mapping: Mapping, body: unknown): MappedEnv {
  const problems: string[] = [];
  const env: [string, string][] = [];
  for (const [name, path] of Object.entries(mapping)) {
    const value = valueAt(body, stepsOf(path));
    const problem = valueProblem(value);
    // Nobody knows what a list, or an object with a toString of its own, would make of itself.
    if (problem === null) env.push([name, String(value)]);
    else problems.push(`${path}: ${problem}`);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, env: Object.fromEntries(env) };
}

function stepsOf(path: string): string[] {
  if (!path.startsWith('/')) return path.split('.');
  const [, ...steps] = path.split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Only what the body itself holds: never what objects inherit. */
function valueAt(body: unknown, steps: readonly string[]): unknown {
  let value = body;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    if (Array.isArray(value) && !/^\d+$/.test(step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

function valueProblem(value: unknown): string | null {
  if (value === undefined) return 'is missing.';
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'number') return numberProblem(value);
  return typeof value === 'boolean' ? null : 'must be a text, a number, true or false.';
}

/** What JavaScript reads of a long one is another number. */
function numberProblem(value: number): string | null {
  const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return exact ? null : 'is a number that would lose digits: send it as a text.';
}

function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'must not contain NUL.';
  if (/\p{Surrogate}/u.test(text)) return 'is not valid Unicode.';
  return Buffer.byteLength(text) > longestValue ? `is longer than ${longestValue} bytes.` : null;
}
