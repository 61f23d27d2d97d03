/** `kuroko lint`: checks scripts without a database. */
import { loadConfig } from '../../config.ts';
import { UserError } from '../../errors.ts';
import { engineFacts } from '../../operations/engine-facts.ts';
import { lint } from '../../workflow/lint.ts';
import { notExecutedYet } from '../../workflow/validate.ts';
import { readDefinitionFile } from '../definition-file.ts';
import { readScripts, type FileScript } from '../definition-scripts.ts';
import { printJson, printLine, printNote } from '../print.ts';
import { readInput } from '../read-input.ts';
import type { Json } from '../json-option.ts';
import type { Known } from '../../workflow/known.ts';
import type { Node } from '../../workflow/node.ts';
import type { ScriptError } from '../../workflow/script-error.ts';

/** Exit 1 when any script is not right; one JSON document a script with `--json`. */
export async function lintVerb(files: readonly string[], { json }: Json): Promise<number> {
  const known = knownWords();
  let right = true;
  for (const file of files) {
    for (const result of await lintFile(file, known)) {
      if (!result.ok) right = false;
      if (json) printJson(jsonOf(file, result));
      else printResult(file, result);
    }
  }
  return right ? 0 : 1;
}

type Result =
  | { readonly ok: true; readonly tree: Node; readonly warnings: readonly ScriptError[] }
  | { readonly ok: false; readonly errors: readonly ScriptError[] };

async function lintFile(file: string, known: Known): Promise<Result[]> {
  const input = await readInput(file);
  if ('problem' in input) return [unreadable(input.problem)];
  if (!/\.ya?ml$/i.test(file)) {
    return [lintScript({ script: input.text, lineOffset: 0, columnOffset: 0 }, known)];
  }
  const scripts = readScripts(file, input.text);
  if ('problems' in scripts) return scripts.problems.map(unreadable);
  const definitions = readDefinitionFile(file, input.text);
  const wrong = definitions.ok
    ? []
    : definitions.problems.map((problem) => misplaced(file, problem));
  return [...wrong, ...scripts.map((script) => lintScript(script, known))];
}

/** A problem says where it is: `jobs.yml:3 tags: must be a list of texts.` */
function misplaced(file: string, problem: string): Result {
  const [, line = '1', message = problem] =
    /^(\d+) ([^]*)$/.exec(problem.slice(file.length + 1)) ?? [];
  return { ok: false, errors: [{ line: Number(line), column: 1, message, suggestion: null }] };
}

const unreadable = (message: string): Result => ({
  ok: false,
  errors: [{ line: 1, column: 1, message, suggestion: null }],
});

function lintScript({ script, lineOffset, columnOffset }: FileScript, known: Known): Result {
  const inFile = (error: ScriptError): ScriptError => ({
    ...error,
    line: error.line + (lineOffset ?? 0),
    column: error.column + columnOffset,
  });
  const result = lint(script, known);
  return result.ok
    ? { ...result, warnings: notExecutedYet(result.tree, known).map(inFile) }
    : { ok: false, errors: result.errors.map(inFile) };
}

function jsonOf(file: string, result: Result): unknown {
  if (result.ok) return { file, ok: true, tree: treeJson(result.tree) };
  const errors = result.errors.map(({ line, column, message, suggestion }) => ({
    line,
    column,
    message,
    suggestion,
  }));
  return { file, ok: false, errors };
}

const treeJson = ({ type, option, path, children }: Node): unknown => ({
  type,
  option,
  path,
  children: children.map(treeJson),
});

function printResult(file: string, result: Result): void {
  if (!result.ok) {
    for (const { line, column, message, suggestion } of result.errors) {
      const more = suggestion === null ? '' : ` (${suggestion})`;
      printLine(`${file}:${line}:${column} ${message}${more}`);
    }
    return;
  }
  printLine(`${file} is right`);
  for (const { line, column, message } of result.warnings) {
    printNote(`${file}:${line}:${column} ${message}`);
  }
}

/** Custom tasks are words, too; a configuration with mistakes is no reason not to look at a script. */
function knownWords(): Known {
  try {
    return engineFacts(loadConfig(process.env));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printNote(`${error.message} It is left aside; see: kuroko check`);
    return { customTasks: [], railsEnvCeiling: 'production' };
  }
}
