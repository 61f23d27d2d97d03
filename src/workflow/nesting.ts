/** Which line of a script belongs below which, by how far they are indented. */
import type { Problem } from './task.ts';

/** Told one line of this script after the other how far it is indented. */
export function nesting<Item>(script: string, root: Item): Nesting<Item> {
  let innermost: Level<Item> = { indent: -1, item: root, above: null, depth: 0 };
  let width = 0;
  const mayMix = script.includes('\t');
  const mixture = mixtureWatch();
  return {
    place(indent, line) {
      width = indent.length;
      const before = innermost;
      let closed: Level<Item> | null = null;
      while (innermost.above !== null && innermost.indent >= width) {
        closed = innermost;
        innermost = innermost.above;
      }
      const { item: parent, depth } = innermost;
      const meets = closed === null || closed.indent === width;
      // Nearly every line: a fifth of the time went into asking further.
      if (meets && !mayMix && depth !== deepest) return { parent, problem: null };
      const lost = meets ? null : levelsBetween(innermost, before);
      return { parent, problem: problemOf(mixture(indent), lost, line) ?? tooDeep(depth, line) };
    },
    open(item) {
      innermost = { indent: width, item, above: innermost, depth: innermost.depth + 1 };
    },
    mixed: (indent, line) => problemOf(mixture(indent), null, line),
  };
}

export interface Nesting<Item> {
  /** What the line stands below: whatever it ends is closed. */
  readonly place: (indent: string, line: number) => Place<Item>;
  /** Opens the level of the line that was placed last, with what further lines then stand below. */
  readonly open: (item: Item) => void;
  /** Of a line that stands below none but belongs to the one before. */
  readonly mixed: (indent: string, line: number) => Problem | null;
}

export interface Place<Item> {
  readonly parent: Item;
  readonly problem: Problem | null;
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

/** The indentations that a line could have met, from a level to another that is nested in it. */
function levelsBetween<Item>(outer: Level<Item>, inner: Level<Item>): readonly number[] {
  const indents: number[] = [];
  for (let level = inner; level !== outer && level.above !== null; level = level.above) {
    indents.push(level.indent);
  }
  if (outer.above !== null) indents.push(outer.indent);
  return indents.toReversed();
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

/**
 * Far beyond what anybody reads. A token's key names every fork that it stands in, and is indexed:
 * a few hundred of them, with branches of several digits, are all that a row of an index holds.
 */
const deepest = 200;

function tooDeep(above: number, line: number): Problem | null {
  // Told once, at the first line that is: what stands below it is no news.
  if (above !== deepest) return null;
  return {
    message: `(line ${line}) nested too deep.`,
    suggestion: `At most ${deepest} levels can stand below one another.`,
  };
}
