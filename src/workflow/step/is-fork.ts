/** Whether a token at this node waits for others of its instance. */
import type { Node } from '../node.ts';
import { fork } from '../task/fork.ts';
import { parallelFork } from '../task/parallel-fork.ts';

export function isFork({ type }: Node): boolean {
  return type === fork.word || type === parallelFork.word;
}
