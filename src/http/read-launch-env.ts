/** Reads the environment out of the body of a launch. */
import { badRequest, unsupportedMediaType } from '@hapi/boom';

export type LaunchEnv = Readonly<Record<string, string>>;

/**
 * No body, an empty one, `{"env": {"K": "V"}}`, or a form with `env[K]=V` as Kuroko2 took it. Other keys
 * are left alone, as Kuroko2 did. Throws Bad Request with every problem in one message.
 */
export function readLaunchEnv(body: Buffer | null, contentType: string | undefined): LaunchEnv {
  const text = body === null ? '' : decoded(body);
  if (text.trim() === '') return {};
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  // curl calls whatever follows -d a form, unless told otherwise.
  const isForm = type === 'application/x-www-form-urlencoded' && !/^\s*[[{]/.test(text);
  if (isForm) return checked(formEnv(text));
  if (!jsonTypes.test(type) && type !== 'application/x-www-form-urlencoded') {
    throw unsupportedMediaType('The body must be JSON: Content-Type: application/json.');
  }
  return checked(jsonEnv(text));
}

const jsonTypes = /^(application\/([\w.-]+\+)?json|text\/json)$/;

function decoded(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('The body is not valid UTF-8.');
  }
}

function formEnv(text: string): Record<string, unknown> {
  const pairs = [...new URLSearchParams(text)].flatMap(([key, value]) => {
    const [, name] = /^env\[(.*)\]$/s.exec(key) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(pairs);
}

function jsonEnv(text: string): unknown {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badRequest('The body is not valid JSON.');
  }
  if (body === null) return {};
  if (!isObject(body)) throw badRequest('The body must be an object: {"env": {"KEY": "value"}}.');
  return body['env'] ?? {};
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checked(env: unknown): LaunchEnv {
  if (!isObject(env)) throw badRequest('"env" must be an object: {"env": {"KEY": "value"}}.');
  const problems = Object.entries(env).flatMap(([name, value]) => problemsOf(name, value));
  if (problems.length > 0) throw badRequest(problems.join(' '));
  return env as LaunchEnv;
}

function problemsOf(name: string, value: unknown): string[] {
  const shown = JSON.stringify(name.slice(0, 80));
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return [`${shown} cannot be the name of an environment variable.`];
  }
  if (typeof value !== 'string') {
    const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    return [`The value of ${shown} must be a string, not ${aOrAn(kind)}.`];
  }
  if (value.includes('\0')) return [`The value of ${shown} must not contain NUL.`];
  if (/\p{Surrogate}/u.test(value)) return [`The value of ${shown} is not valid Unicode.`];
  return [];
}

const aOrAn = (kind: string): string =>
  kind === 'null' ? kind : /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
