/** A step has failed: it is tried again where a `retry` says so, is skipped, or waits for a person. */
import type { Effect } from '../effect.ts';
import type { Facts } from '../facts.ts';
import type { Node } from '../node.ts';
import { pauseAfter } from '../task/retry.ts';
import type { Token } from '../token.ts';
import { goOnAfter, goOnAt } from './go-on.ts';
import type { Stepped } from './handler.ts';
import { retryAround } from './retry-around.ts';
import { sourceOf } from './source-of.ts';

/** `line` goes into the log; what people are told adds the path and the last lines of output. */
export function fail(tree: Node, node: Node, token: Token, line: string, facts: Facts): Stepped {
  const retry = retryAround(tree, node);
  const failures = (token.context.failures ?? 0) + 1;
  const failed = { ...token, attempt: token.attempt + 1 };
  if (retry !== null && failures <= retry.count) {
    const message = `Retry current node: '${sourceOf(node)}' (${failures} of ${retry.count})`;
    const counted: Token = { ...failed, context: { ...token.context, failures } };
    const seconds = pauseAfter(failures, retry);
    if (seconds === 0) {
      return goOnAt(tree, node, counted, facts, [error(line), info(`${message} at once.`)]);
    }
    // It holds no worker meanwhile.
    return {
      status: 'stepped',
      token: { ...counted, status: 'working' },
      effects: [error(line), info(`${message} in ${seconds} seconds.`), { type: 'wake', seconds }],
    };
  }
  if (token.context.autoSkipError !== true) return failForPeople(token, line, facts);
  return goOnAfter(tree, node, failed, facts, [
    error(line),
    info(`Skip current node: '${sourceOf(node)}'`),
    { type: 'notify', event: 'skipping', message: told(token, line, facts) },
  ]);
}

/** It waits for a person, who is told. */
export function failForPeople(token: Token, line: string, facts: Facts): Stepped {
  return {
    status: 'stepped',
    token: { ...token, status: 'failure', attempt: token.attempt + 1 },
    effects: [error(line), { type: 'notify', event: 'failure', message: told(token, line, facts) }],
  };
}

function error(message: string): Effect {
  return { type: 'log', level: 'ERROR', message };
}

function info(message: string): Effect {
  return { type: 'log', level: 'INFO', message };
}

function told({ path }: Token, line: string, { outputTail }: Facts): string {
  const tail = outputTail === '' ? '' : `\n\n\`\`\`\n${outputTail}\n\`\`\``;
  return `${path}: ${line}${tail}`;
}
