/** What a token meets at a node, also when this version has no idea of it. */
import type { Facts } from '../facts.ts';
import type { Node } from '../node.ts';
import type { Entry } from '../task.ts';
import { taskOf } from '../tasks.ts';
import type { TokenContext } from '../token.ts';

export function enter(node: Node, context: TokenContext, facts: Facts): Entry {
  const task = taskOf(node.type, [...facts.commands.keys()]);
  if (task === null) {
    return { type: 'broken', message: `\`${node.type}\` is not registered in task repository.` };
  }
  return task.enter(node, context, facts);
}
