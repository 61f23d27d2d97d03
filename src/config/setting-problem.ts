/** What is wrong with a setting, in words: zod's own sentences are those of a developer. */
import type { z } from 'zod';

/** Half a sentence that follows the name of the setting; undefined where zod's own has to do. */
export function settingProblem(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an address such as https://example.com' : undefined;
    case 'invalid_key':
      return issue.issues[0]?.message;
    case 'invalid_union':
      return unionProblem(issue.errors.at(-1)?.[0]);
    case 'custom':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return undefined;
  }
}

/** Of the fullest way to write it, with the name of what is wrong in it. */
function unionProblem(issue: z.core.$ZodIssue | undefined): string | undefined {
  if (issue === undefined) return undefined;
  return [issue.path.join('.'), issue.message].filter((part) => part !== '').join(' ');
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of names and values',
};
