/** What is wrong with a script, as it is told. */
import { expect, it } from 'vitest';
import {
  describeScriptError,
  inScriptOrder,
  type ScriptError,
} from '../../../src/workflow/script-error.ts';

const error = (line: number, column: number, more: Partial<ScriptError> = {}): ScriptError => ({
  line,
  column,
  message: 'Something is wrong.',
  suggestion: null,
  ...more,
});

it('stands in the order of the script: by line, then by column', () => {
  const [a, b, c, d] = [error(1, 9), error(2, 3), error(2, 20), error(11, 1)];
  expect(inScriptOrder([d, c, b, a])).toEqual([a, b, c, d]);
  expect(inScriptOrder([b, d, a, c])).toEqual([a, b, c, d]);
});

it('names its line once', () => {
  expect(describeScriptError(error(3, 1))).toBe('(line 3) Something is wrong.');
  const named = error(3, 1, { message: '(line 3) syntax error.', suggestion: 'Did you mean `a`?' });
  expect(describeScriptError(named)).toBe('(line 3) syntax error. Did you mean `a`?');
});
