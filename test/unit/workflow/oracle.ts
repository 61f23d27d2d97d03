/** Recorded outcomes of Kuroko2 0.8.0, and how ours are held against them: by case, by name. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Node } from '../../../src/workflow/node.ts';

/** The cases of a file in test/fixtures/oracle; the type parameters are what the file holds. */
export function oracle<Input, Expected>(file: string): OracleCase<Input, Expected>[] {
  const cases = readFixture(`${file}.json`) as OracleCase<Input, Expected>[];
  if (cases.length === 0) throw new Error(`${file}.json holds no case.`);
  return cases;
}

export function readFixture(path: string): unknown {
  const url = new URL(`../../fixtures/oracle/${path}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

export interface OracleCase<Input, Expected> {
  readonly id: string;
  readonly input: Input;
  readonly expected: Expected;
}

/** What the original says of a failure. */
export interface OracleError {
  readonly error: { readonly class: string; readonly message: string };
}

export interface Compared {
  readonly id: string;
  /** Asked for in the test: what fails there is a test that fails, not a file that cannot be read. */
  readonly here: () => unknown;
  readonly there: unknown;
}

/** What Kuroko means to do differently (contract, section 10), and what it does then, by case. */
export interface Difference {
  readonly reason: string;
  readonly cases: Readonly<Record<string, unknown>>;
}

/** One test a case: the same outcome, or exactly the one that is meant to be another. */
export function itConforms(
  rows: readonly Compared[],
  differences: readonly Difference[] = [],
): void {
  const meant = new Set(differences.flatMap(({ cases }) => Object.keys(cases)));
  it.each(rows.filter(({ id }) => !meant.has(id)))('$id is as there', ({ here, there }) => {
    expect(here()).toEqual(there);
  });
  for (const { reason, cases } of differences) {
    it.each(Object.entries(cases))(`%s is not: ${reason}`, (id, outcome) => {
      const row = rows.find((each) => each.id === id);
      expect(row?.here()).toEqual(outcome);
      expect(row?.there).not.toEqual(outcome);
    });
  }
}

/** A node as the original records it: without its place in the script. */
export interface OracleNode {
  readonly type: string;
  readonly option: string | null;
  readonly path: string;
  readonly children: readonly OracleNode[];
}

export function asOracleNode({ type, option, path, children }: Node): OracleNode {
  return { type, option, path, children: children.map(asOracleNode) };
}

/** `Node#option` of the original is stripped where the node is made: of ASCII white space and NUL. */
export function stripped(option: string | null): string | null {
  // eslint-disable-next-line no-control-regex -- NUL is one of the characters
  return option === null ? null : option.replace(/^[\0\t\n\v\f\r ]+|[\0\t\n\v\f\r ]+$/g, '');
}
