/** Definitions that wait for, or launch, one another in a circle: none of them can end first. */
import type { Node } from './node.ts';
import type { ScriptError } from './script-error.ts';
import { sourceOf } from './step/source-of.ts';
import { type DefinitionReference, parseDefinition } from './task/sub-process.ts';
import { parseWait } from './task/wait.ts';
import { walkNodes } from './walk-nodes.ts';

/** A definition as far as others can lead to it. */
export interface Related {
  /** Null for one that has none yet. */
  readonly id: number | null;
  readonly name: string | null;
  readonly tree: Node;
}

/**
 * What closes a circle in the script of one of these, in its order: a `wait` or `sub_process` of
 * itself, or of another that leads back. Looks at nothing but these.
 */
export function circles(all: readonly Related[]): (one: Related) => ScriptError[] {
  const named = targetsAmong(all);
  const leading = new Map<Related, Related[]>();
  const steps = new Map(
    all.map((one) => {
      const next = referencesOf(one.tree).flatMap(({ node, to }) =>
        named(to).map((target) => ({ node, target })),
      );
      for (const { target } of next) add(leading, target, one);
      return [one, next];
    }),
  );
  return (one) => {
    const nextOn = waysTo(one, leading);
    return (steps.get(one) ?? [])
      .filter(({ target }) => target === one || nextOn.has(target))
      .map(({ node, target }) => warning(node, one, target, nextOn));
  };
}

interface Reference {
  readonly node: Node;
  readonly to: DefinitionReference;
}

/** Every definition that a script waits for or launches, each once a node. */
export function referencesOf(tree: Node): Reference[] {
  return [...walkNodes(tree)].flatMap((node) => {
    if (node.type === 'wait') {
      const wait = parseWait(node.option);
      const ids = wait.ok ? wait.value.instances.map(({ definitionId }) => definitionId) : [];
      return [...new Set(ids)].map((id) => ({ node, to: { type: 'id', id } as const }));
    }
    if (node.type !== 'sub_process' && node.type !== 'subprocess') return [];
    const definition = parseDefinition(node.option);
    return definition.ok ? [{ node, to: definition.value }] : [];
  });
}

/** Upper and lower case are one, as where a name is looked up; several may have it. */
function targetsAmong(
  all: readonly Related[],
): (reference: DefinitionReference) => readonly Related[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  const byName = new Map<string | undefined, Related[]>();
  for (const one of all) add(byName, one.name?.toLowerCase(), one);
  return (reference) => {
    if (reference.type === 'name') return byName.get(reference.name.toLowerCase()) ?? [];
    const one = byId.get(reference.id);
    return one === undefined ? [] : [one];
  };
}

function add<Key>(lists: Map<Key, Related[]>, key: Key, one: Related): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [one]);
  else known.push(one);
}

/** Of each that leads to this one, over however many others: which it leads to first. */
function waysTo(
  end: Related,
  leading: ReadonlyMap<Related, readonly Related[]>,
): ReadonlyMap<Related, Related> {
  const nextOn = new Map<Related, Related>();
  const ahead = [end];
  // As long as there are new ones: the list grows while it is walked through, nearest first.
  for (const one of ahead) {
    for (const before of leading.get(one) ?? []) {
      if (before === end || nextOn.has(before)) continue;
      nextOn.set(before, one);
      ahead.push(before);
    }
  }
  return nextOn;
}

function warning(
  node: Node,
  one: Related,
  target: Related,
  nextOn: ReadonlyMap<Related, Related>,
): ScriptError {
  const { type, line, column } = node;
  const task = `\`${sourceOf(node)}\``;
  if (target === one) {
    return type === 'wait'
      ? {
          line,
          column,
          message: `${task} waits for its own job.`,
          suggestion: 'It goes on only after another instance has finished without it.',
        }
      : {
          line,
          column,
          message: `${task} launches its own job.`,
          suggestion: 'Each instance would launch another, and none would end.',
        };
  }
  const way = [one, target];
  for (let next = nextOn.get(target); next !== undefined; next = nextOn.get(next)) way.push(next);
  return {
    line,
    column,
    message: `${task} closes a circle: ${wayText(way)}.`,
    suggestion: 'Each needs the next one to finish first.',
  };
}

const shownAtMost = 8;

function wayText(way: readonly Related[]): string {
  const names = way.map(({ id, name }) => [id, name].filter((part) => part !== null).join(' '));
  if (names.length <= shownAtMost) return names.join(' -> ');
  return [...names.slice(0, shownAtMost - 2), '…', ...names.slice(-1)].join(' -> ');
}
