/** Texts in which `***` stands for every secret that is known. */
import { afterSpace, afterWord, assignmentAt } from './assignments.ts';
import { secretValues } from './secret-values.ts';
import type { IsSecret } from './secret-names.ts';

type Environment = Readonly<Record<string, string>>;

declare const masked: unique symbol;

/** A text that was masked: whatever is written for good asks for it. */
export type Masked = string & { readonly [masked]: true };

export interface Mask {
  /** What is masked, longest first: for whoever masks what a command writes. */
  readonly values: readonly string[];
  /**
   * Every occurrence of a value is masked; those that overlap become one, so that nothing of any is
   * left. Only as the values stand: not in base64, as part of a URL, or quoted for a shell.
   */
  readonly text: (text: string) => Masked;
  /** As a text; besides, `env` lines are left without the values of secret names, however short. */
  readonly script: (script: string) => Masked;
}

/** Knows the values that secret names have in these environments. */
export function createMask(isSecret: IsSecret, environments: readonly Environment[]): Mask {
  const values = secretValues(isSecret, environments);
  const text = (given: string) => withoutValues(given, values) as Masked;
  return { values, text, script: (script) => text(withoutAssigned(script, isSecret)) };
}

const stars = '***';

function withoutValues(text: string, values: readonly string[]): string {
  let result = '';
  let shownTo = 0;
  for (const { start, end } of stretches(text, values)) {
    result += text.slice(shownTo, start) + stars;
    shownTo = end;
  }
  return shownTo === 0 ? text : result + text.slice(shownTo);
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where the values stand, ascending; those that overlap are one stretch. */
function stretches(text: string, values: readonly string[]): Stretch[] {
  const found: Stretch[] = [];
  for (const value of values) {
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
      found.push({ start: at, end: at + value.length });
    }
  }
  const merged: Stretch[] = [];
  for (const next of found.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last === undefined || next.start >= last.end) merged.push(next);
    else if (next.end > last.end) merged[merged.length - 1] = { start: last.start, end: next.end };
  }
  return merged;
}

/** Also of lines that are a comment now: what was true yesterday often still opens something. */
function withoutAssigned(script: string, isSecret: IsSecret): string {
  const lines = script.split('\n').map((line) => {
    const [, word = '', option = ''] = envLine.exec(line) ?? [];
    return word === '' ? line : word + assignmentsMasked(option, isSecret);
  });
  return lines.join('\n');
}

const envLine = /^([ \t\r\f\v]*(?:#[# \t]*)?env:)([^]*)$/;

function assignmentsMasked(text: string, isSecret: IsSecret): string {
  let result = '';
  let shownTo = 0;
  for (let at = afterSpace(text, 0); at < text.length; at = afterSpace(text, at)) {
    const assignment = assignmentAt(text, at);
    if (assignment !== null && assignment.end > assignment.start && isSecret(assignment.name)) {
      result += text.slice(shownTo, assignment.start) + stars;
      shownTo = assignment.end;
    }
    at = assignment?.end ?? afterWord(text, at);
  }
  return result + text.slice(shownTo);
}
