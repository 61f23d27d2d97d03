/** Which line of a script belongs below which, by how far they are indented. */
import type { Problem } from './task.ts';

export function nesting<Item>(root: Item): Nesting<Item> {
  let innermost: Level<Item> = { indent: -1, item: root, above: null, depth: 0 };
  const mixture = mixtureWatch();
  return {
    place(indent, line) {
      const { parent, lost } = closeLevels(innermost, indent.length);
      return {
        parent: parent.item,
        problem: problemOf(mixture(indent), lost, line) ?? tooDeep(parent.depth, line),
        open: (item) => {
          innermost = { indent: indent.length, item, above: parent, depth: parent.depth + 1 };
        },
      };
    },
    mixed: (indent, line) => problemOf(mixture(indent), null, line),
  };
}

/** Told the indentation of one line after the other. */
export interface Nesting<Item> {
  /** What the line stands below. */
  readonly place: (indent: string, line: number) => Place<Item>;
  /** Of a line that stands below none but belongs to the one before. */
  readonly mixed: (indent: string, line: number) => Problem | null;
}

export interface Place<Item> {
  readonly parent: Item;
  readonly problem: Problem | null;
  /** Opens the level of this line, with what further lines then stand below. */
  readonly open: (item: Item) => void;
}

interface Level<Item> {
  readonly indent: number;
  readonly item: Item;
  /** The level that this one is nested in; null for the root's, which no line can close. */
  readonly above: Level<Item> | null;
  /** The root's is 0. */
  readonly depth: number;
}

/** Whether a tab and a space have both been used to indent: first on this line, or before it. */
function mixtureWatch(): (indent: string) => Mixture {
  let [tab, space] = [false, false];
  return (indent) => {
    if (tab && space) return 'before';
    tab ||= indent.includes('\t');
    space ||= indent.includes(' ');
    return tab && space ? 'here' : 'none';
  };
}
type Mixture = 'none' | 'here' | 'before';

/**
 * Closes the levels that a line of this indentation ends. `lost` is null when it opens a level or
 * meets one, else the indentations that it could have met.
 */
function closeLevels<Item>(
  innermost: Level<Item>,
  indent: number,
): { parent: Level<Item>; lost: readonly number[] | null } {
  const closed: number[] = [];
  let parent = innermost;
  while (parent.above !== null && parent.indent >= indent) {
    closed.unshift(parent.indent);
    parent = parent.above;
  }
  if (closed.length === 0 || closed[0] === indent) return { parent, lost: null };
  return { parent, lost: parent.above === null ? closed : [parent.indent, ...closed] };
}

/** A mixture is told once; how wide its tabs are nobody knows, so no level is lost after it. */
function problemOf(mixture: Mixture, lost: readonly number[] | null, line: number): Problem | null {
  const message = `(line ${line}) inconsistent indentation.`;
  if (mixture === 'here') {
    return {
      message,
      suggestion: 'Indent with spaces or with tabs: this script mixes them.',
    };
  }
  if (mixture === 'before' || lost === null) return null;
  const levels = lost.slice(0, 5).join(' or ');
  return {
    message,
    suggestion: `It may stand beside the lines above that are indented by ${levels}.`,
  };
}

/** Far beyond what anybody reads; without a limit a generated script could exhaust the stack. */
const deepest = 200;

function tooDeep(above: number, line: number): Problem | null {
  // Told once, at the first line that is: what stands below it is no news.
  if (above !== deepest) return null;
  return {
    message: `(line ${line}) nested too deep.`,
    suggestion: `At most ${deepest} levels can stand below one another.`,
  };
}
