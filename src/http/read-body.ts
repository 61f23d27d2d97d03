/** The bytes of a body as a value: JSON, or a form as Kuroko2 took it. */
import { badRequest, unsupportedMediaType } from '@hapi/boom';
import { nestedPairs } from './nested-pairs.ts';

/** `{}` for no body, an empty one or `null`. Throws Bad Request, or Unsupported Media Type. */
export function readBody(body: Buffer | null, contentType: string | undefined): unknown {
  const text = body === null ? '' : decoded(body);
  if (text.trim() === '') return {};
  const type = (contentType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  // curl calls whatever follows -d a form, unless told otherwise.
  const isForm = type === formType && !/^\s*[[{]/.test(text);
  if (isForm) return nestedPairs(new URLSearchParams(text));
  if (!jsonTypes.test(type) && type !== formType) {
    throw unsupportedMediaType('The body must be JSON: Content-Type: application/json.');
  }
  return parsed(text) ?? {};
}

const formType = 'application/x-www-form-urlencoded';
const jsonTypes = /^(application\/([\w.-]+\+)?json|text\/json)$/;

function decoded(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('The body is not valid UTF-8.');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The body is not valid JSON.');
  }
}
