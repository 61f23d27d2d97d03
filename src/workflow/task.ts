/** What a word of the language declares: what its node must look like, and what happens there. */
import type { ExecuteEffect, LogLevel } from './effect.ts';
import type { Facts } from './facts.ts';
import type { Known } from './known.ts';
import type { Node } from './node.ts';
import type { ScriptError } from './script-error.ts';
import type { Branch, TokenContext } from './token.ts';
import type { Maintenance } from './task/kuroko-runner.ts';
import type { DefinitionReference } from './task/sub-process.ts';
import type { Wait } from './task/wait.ts';

export interface Task {
  /** The word before the colon. */
  readonly word: string;
  /** Everything that is wrong with such a node; its children are looked at elsewhere. */
  readonly check: (node: Node, known: Known) => readonly Problem[];
  /** What a token meets when it comes to such a node. */
  readonly enter: (node: Node, context: TokenContext, facts: Facts) => Entry;
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
  /** The token waits until a token for each of these branches has finished; then it passes all below. */
  | { readonly type: 'fork'; readonly branches: readonly NewBranch[] }
  /** The token waits that long. */
  | { readonly type: 'sleep'; readonly seconds: number }
  /** The token waits for instances of other definitions, not for ever. */
  | { readonly type: 'await'; readonly wait: Wait }
  /** The token waits for the end of an instance that is launched for it. */
  | { readonly type: 'launch'; readonly definition: DefinitionReference }
  /** The token waits until this has been done. */
  | { readonly type: 'maintain'; readonly maintenance: Maintenance }
  /** The script cannot go on here: the token becomes critical. */
  | { readonly type: 'broken'; readonly message: string };

export interface NewBranch extends Branch {
  /** Added to the environment of what runs in it. */
  readonly env: Readonly<Record<string, string>>;
}
