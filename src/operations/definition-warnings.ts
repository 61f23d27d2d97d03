/** What is said of definitions that are saved all the same: of their scripts, queues, and circles. */
import { relatedDefinitions } from '../store/definitions.ts';
import { servedQueues } from '../store/executors.ts';
import { circles, referencesOf, type Related } from '../workflow/circles.ts';
import { describeScriptError, inScriptOrder, type ScriptError } from '../workflow/script-error.ts';
import { queueWarnings, scriptWarnings } from '../workflow/warn.ts';
import { readableTreeOf } from './script-tree.ts';
import { secretsOf } from './secrets-of.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Connection } from '../store/database.ts';

/** A definition as it is, or as somebody means to have it. */
export interface Draft {
  /** Null for a new one. */
  readonly id: number | null;
  readonly name: string | null;
  readonly script: string;
}

/**
 * For each of them, in the order of its script. They count as saved; what they lead to is looked up.
 * Without a database nothing is said of queues, and of circles only those among them.
 */
export async function definitionWarnings(
  on: Connection | null,
  drafts: readonly Draft[],
): Promise<ScriptError[][]> {
  const own = drafts.map(related);
  const served = on === null ? null : await servedQueues(on);
  const others = on === null ? [] : await relatives(on, own);
  const closing = circles([...own, ...others]);
  return own.map((one, index) =>
    inScriptOrder([
      ...scriptWarnings(drafts[index]?.script ?? '', one.tree),
      ...(served === null ? [] : queueWarnings(one.tree, served)),
      ...closing(one),
    ]),
  );
}

/** The same as sentences for people, of a script that a definition runs once. */
export async function runWarnings(
  on: Connection,
  id: number,
  script: string,
  facts: EngineFacts,
): Promise<string[]> {
  const [warnings = []] = await definitionWarnings(on, [{ id, name: null, script }]);
  const { text } = secretsOf({ script }, facts);
  return warnings.map((warning) => text(describeScriptError(warning)));
}

const related = ({ id, name, script }: Draft): Related => ({
  id,
  name,
  tree: readableTreeOf(script),
});

/** Far more than people can follow: a script that was made by a program must not read them all. */
const mostRelatives = 1_000;

/** Everything saved that these lead to, over however many others. */
async function relatives(on: Connection, own: readonly Related[]): Promise<Related[]> {
  const known = new Set(own.flatMap(({ id }) => (id === null ? [] : [id])));
  const names = new Set(
    own.flatMap(({ id, name }) => (id === null && name !== null ? [name] : [])),
  );
  const found: Related[] = [];
  for (let next = own; next.length > 0 && found.length < mostRelatives;) {
    const wanted = next.flatMap(({ tree }) => referencesOf(tree).map(({ to }) => to));
    const rows = await relatedDefinitions(
      on,
      wanted.flatMap((to) => (to.type === 'id' && !known.has(to.id) ? [to.id] : [])),
      wanted.flatMap((to) => (to.type === 'name' ? [to.name] : [])),
    );
    // A draft without an id stands for the definition of its name.
    next = rows.filter(({ id, name }) => !known.has(id) && !names.has(name)).map(related);
    for (const { id } of rows) known.add(id);
    found.push(...next);
  }
  return found;
}
