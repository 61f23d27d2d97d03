/** What is wrong with a request, in words: one sentence a mistake. */
import type { z } from 'zod';
import { settingProblem } from '../config/setting-problem.ts';

/** Half a sentence that follows the name of what is wrong. */
export function requestProblem(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${kinds[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
    case 'invalid_format':
      return 'is not written as it must be';
    case 'too_small':
    case 'too_big':
      return `must be at ${limitOf(issue)}${units[issue.origin] ?? ''}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return settingProblem(issue);
  }
}

/** `env.A: must be a string, not a number.` */
export function problemSentences(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(shownKey);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${[...path, shownKey(key)].join('.')}: is not known here.`);
    }
    return [`${path.length === 0 ? 'The body' : `${path.join('.')}:`} ${issue.message}.`];
  });
}

function limitOf(issue: z.core.$ZodRawIssue): string {
  return issue.code === 'too_small'
    ? `least ${String(issue['minimum'])}`
    : `most ${String(issue['maximum'])}`;
}

const units: Readonly<Record<string, string>> = {
  string: ' characters long',
  array: ' entries long',
};

const kinds: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whatever somebody calls a key is quoted, and cut. */
function shownKey(key: PropertyKey): string {
  const text = String(key);
  return /^[\w-]{1,80}$/.test(text) ? text : JSON.stringify(text.slice(0, 80));
}
