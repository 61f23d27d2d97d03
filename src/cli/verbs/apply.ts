/** `kuroko apply`: a plan of what changes, then the change, all files or none. */
import { invalid } from '../../errors.ts';
import {
  applyDefinitions,
  planDefinitions,
  planWarnings,
  secretsOfPlan,
  type PlannedDefinition,
} from '../../operations/apply-definitions.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { readDefinitionFile } from '../definition-file.ts';
import { planJson, planText } from '../plan-text.ts';
import { printJson, printLine, printNote } from '../print.ts';
import { readInput } from '../read-input.ts';
import { withSession } from '../session.ts';
import type { DefinitionDocument } from '../../operations/apply-definitions.ts';
import type { Outside } from '../outside.ts';
import type { Json } from '../json-option.ts';

export async function applyVerb(
  outside: Outside,
  files: readonly string[],
  options: Json & { readonly dryRun?: true },
): Promise<number> {
  const documents = await readAll(files);
  return withSession(outside, async ({ db, facts, actor }) => {
    const plan = await planDefinitions(db, documents, facts);
    const maskOf = (one: PlannedDefinition) => secretsOfPlan(one, facts);
    if (!options.json)
      for (const line of plan.flatMap((one) => planText(one, maskOf(one)))) printLine(line);
    const applied = options.dryRun
      ? null
      : await inTransaction(db, (tx) => applyDefinitions(tx, plan, actor, facts));
    const warnings = applied?.map((one) => one.warnings) ?? (await planWarnings(db, plan));
    for (const [index, one] of plan.entries()) {
      const { text } = maskOf(one);
      for (const warning of warnings[index] ?? [])
        printNote(text(`${one.fields.name}: ${warning}`));
    }
    if (options.json) {
      const definitions = plan.map((one, index) => ({
        ...planJson(one, maskOf(one)),
        ...(applied !== null && { id: applied[index]?.id }),
      }));
      printJson({ dry_run: applied === null, definitions });
    } else if (applied === null) {
      printNote('Nothing was applied: this was a dry run.');
    } else {
      for (const { action, id, name } of applied) {
        if (action !== 'unchanged') printLine(`${action}d ${id} ${name}`);
      }
    }
    return 0;
  });
}

async function readAll(files: readonly string[]): Promise<DefinitionDocument[]> {
  const problems: string[] = [];
  const documents: DefinitionDocument[] = [];
  for (const file of files) {
    const input = await readInput(file);
    if ('problem' in input) {
      problems.push(input.problem);
      continue;
    }
    const read = readDefinitionFile(file, input.text);
    if (read.ok) documents.push(...read.documents);
    else problems.push(...read.problems);
  }
  if (problems.length > 0) throw invalid('Nothing was applied.', problems);
  return documents;
}
