/** What a word of the language declares: what its node must look like, and what happens there. */
import type { ExecuteEffect, LogLevel } from './effect.ts';
import type { Known } from './known.ts';
import type { Node } from './node.ts';
import type { ScriptError } from './script-error.ts';
import type { TokenContext } from './token.ts';

export interface Task {
  /** The word before the colon. */
  readonly word: string;
  /** Everything that is wrong with such a node; its children are looked at elsewhere. */
  readonly check: (node: Node, known: Known) => readonly Problem[];
  /** What a token meets when it comes to such a node; null: not executed by this version. */
  readonly enter: ((node: Node, context: TokenContext) => Entry) | null;
}

export type Problem = Pick<ScriptError, 'message' | 'suggestion'>;

export type Entry =
  /** Nothing to wait for: go on with the next node, with this context. */
  | {
      readonly type: 'pass';
      readonly context: TokenContext;
      readonly log?: { readonly level: LogLevel; readonly message: string };
    }
  /** The token stays and works until this execution has ended. */
  | { readonly type: 'execute'; readonly execution: ExecuteEffect }
  /** The script cannot go on here: the token becomes critical. */
  | { readonly type: 'broken'; readonly message: string };
