/** A script as a tree: one node a line. */
export interface Node {
  /** The word before the colon; `root` for the tree itself. */
  readonly type: string;
  /** The text after the colon, trimmed; null when there is none. */
  readonly option: string | null;
  /** `/0-env/1-execute`; the root's is the empty string. */
  readonly path: string;
  /** Where the task stands in the script, both from 1; the root is at 1:1. */
  readonly line: number;
  readonly column: number;
  readonly children: readonly Node[];
}
