/** The scripts of the files that `lint` was given, each with everything that is wrong with it. */
import { lint } from '../workflow/lint.ts';
import { readDefinitionFile } from './definition-file.ts';
import { readScripts, type FileScript } from './definition-scripts.ts';
import { readInput } from './read-input.ts';
import type { Known } from '../workflow/known.ts';
import type { Node } from '../workflow/node.ts';
import type { ScriptError } from '../workflow/script-error.ts';

export type Linted =
  | {
      readonly ok: true;
      readonly file: string;
      readonly tree: Node;
      readonly source: FileScript;
    }
  | { readonly ok: false; readonly file: string; readonly errors: readonly ScriptError[] };

/** In the order of the files, and of the definitions in a file. */
export async function lintFiles(files: readonly string[], known: Known): Promise<Linted[]> {
  const linted: Linted[] = [];
  for (const file of files) linted.push(...(await lintFile(file, known)));
  return linted;
}

async function lintFile(file: string, known: Known): Promise<Linted[]> {
  const input = await readInput(file);
  if ('problem' in input) return [wrong(file, input.problem)];
  if (!/\.ya?ml$/i.test(file)) return [lintScript(file, plainScript(input.text), known)];
  const scripts = readScripts(file, input.text);
  if ('problems' in scripts) return scripts.problems.map((problem) => wrong(file, problem));
  const definitions = readDefinitionFile(file, input.text);
  const misplaced = definitions.ok
    ? []
    : definitions.problems.map((problem) => elsewhere(file, problem));
  return [...misplaced, ...scripts.map((script) => lintScript(file, script, known))];
}

const plainScript = (script: string): FileScript => ({
  id: null,
  name: null,
  script,
  lineOffset: 0,
  columnOffset: 0,
});

/** A problem says where it is: `jobs.yml:3 tags: must be a list of texts.` */
function elsewhere(file: string, problem: string): Linted {
  const [, line = '1', message = problem] =
    /^(\d+) ([^]*)$/.exec(problem.slice(file.length + 1)) ?? [];
  return wrong(file, message, Number(line));
}

function wrong(file: string, message: string, line = 1): Linted {
  return { ok: false, file, errors: [{ line, column: 1, message, suggestion: null }] };
}

function lintScript(file: string, source: FileScript, known: Known): Linted {
  const result = lint(source.script, known);
  return result.ok
    ? { ok: true, file, tree: result.tree, source }
    : { ok: false, file, errors: result.errors.map((error) => inFile(error, source)) };
}

/** With its place in the file. */
export function inFile(error: ScriptError, { lineOffset, columnOffset }: FileScript): ScriptError {
  return {
    ...error,
    line: error.line + (lineOffset ?? 0),
    column: error.column + columnOffset,
  };
}
