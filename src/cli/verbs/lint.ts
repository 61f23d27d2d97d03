/** `kuroko lint`: checks scripts; without a database, or with what one knows of queues and other jobs. */
import { definitionWarnings } from '../../operations/definition-warnings.ts';
import { engineFacts } from '../../operations/engine-facts.ts';
import { openDatabase } from '../../store/database.ts';
import { explain } from '../explain.ts';
import { inFile, lintFiles, type Linted } from '../lint-files.ts';
import { ownConfig } from '../own-config.ts';
import { printJson, printLine, printNote } from '../print.ts';
import type { Json } from '../json-option.ts';
import type { Known } from '../../workflow/known.ts';
import type { Node } from '../../workflow/node.ts';
import type { ScriptError } from '../../workflow/script-error.ts';

/** Exit 1 when a script is not right, or with `strict` deserves a second look. */
export async function lintVerb(
  files: readonly string[],
  { json, strict }: Json & { readonly strict?: true },
): Promise<number> {
  const config = ownConfig();
  const known: Known =
    config === null ? { customTasks: [], railsEnvCeiling: 'production' } : engineFacts(config);
  const linted = await lintFiles(files, known);
  const warnings = await warningsOf(linted, config?.databaseUrl ?? null);
  let fine = true;
  for (const one of linted) {
    const warned = warnings.get(one) ?? [];
    if (!one.ok || (strict && warned.length > 0)) fine = false;
    if (json) printJson(jsonOf(one, warned));
    else printLinted(one, warned);
  }
  return fine ? 0 : 1;
}

/** Of those that are right. */
async function warningsOf(
  linted: readonly Linted[],
  databaseUrl: string | null,
): Promise<ReadonlyMap<Linted, readonly ScriptError[]>> {
  const right = linted.filter((one) => one.ok);
  const drafts = right.map(({ source }) => source);
  const db =
    databaseUrl === null ? null : openDatabase(databaseUrl, { max: 1, name: 'kuroko lint' });
  try {
    const warnings = await definitionWarnings(db, drafts).catch((error: unknown) => {
      if (db === null) throw error;
      printNote(`${explain(error).trim()} Queues and other jobs are left aside.`);
      return definitionWarnings(null, drafts);
    });
    return new Map(
      right.map((one, index) => [
        one,
        (warnings[index] ?? []).map((warning) => inFile(warning, one.source)),
      ]),
    );
  } finally {
    await db?.close();
  }
}

function jsonOf(linted: Linted, warnings: readonly ScriptError[]): unknown {
  const { file } = linted;
  if (!linted.ok) return { file, ok: false, errors: linted.errors.map(errorJson) };
  const tree = treeJson(linted.tree);
  return {
    file,
    ok: true,
    tree,
    ...(warnings.length > 0 && { warnings: warnings.map(errorJson) }),
  };
}

const errorJson = ({ line, column, message, suggestion }: ScriptError): unknown => ({
  line,
  column,
  message,
  suggestion,
});

const treeJson = ({ type, option, path, children }: Node): unknown => ({
  type,
  option,
  path,
  children: children.map(treeJson),
});

function printLinted(linted: Linted, warnings: readonly ScriptError[]): void {
  const { file } = linted;
  if (linted.ok) printLine(`${file} is right`);
  else for (const error of linted.errors) printLine(`${file}:${errorText(error)}`);
  for (const warning of warnings) printNote(`${file}:${errorText(warning)}`);
}

function errorText({ line, column, message, suggestion }: ScriptError): string {
  return `${line}:${column} ${message}${suggestion === null ? '' : ` (${suggestion})`}`;
}
