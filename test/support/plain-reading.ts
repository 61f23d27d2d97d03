/**
 * A script read as a person would read it: what it runs, and how often, when each step fares as
 * `fate` says. Too simple to be wrong: no tokens, no events, no order between branches.
 */
import type { Node } from '../../src/workflow/node.ts';
import { parseEnv } from '../../src/workflow/task/env.ts';
import { parseRetry } from '../../src/workflow/task/retry.ts';

/** A step's place: the branches that lead to it by their numbers, and its path. */
export interface Fate {
  /** Whether the try succeeds; the first is 1. */
  readonly succeeds: (place: string, attempt: number) => boolean;
  /** What a person does once a step has failed for good. */
  readonly decision: (place: string, attempt: number) => 'retry' | 'skip';
}

interface Surroundings {
  env: Readonly<Record<string, string>>;
  queue: string;
  timeout: number | null;
  skipErrors: boolean;
}

/** What runs, one line a time. */
export function readPlainly(tree: Node, env: Surroundings['env'], fate: Fate): string[] {
  const ran: string[] = [];

  const inOrder = (nodes: readonly Node[], now: Surroundings, branch: string, budget: number) => {
    for (const node of nodes) walk(node, now, branch, budget);
  };

  const tryStep = (node: Node, now: Surroundings, branch: string, budget: number): void => {
    const place = `${branch}${node.path}`;
    let failures = 0;
    for (let attempt = 1; ; attempt += 1) {
      const { env: with_, queue, timeout } = now;
      ran.push(describeRun({ place, type: node.type, env: with_, queue, timeout }));
      if (fate.succeeds(place, attempt)) return;
      failures += 1;
      if (failures <= budget) continue;
      if (now.skipErrors || fate.decision(place, attempt) === 'skip') return;
      failures = 0;
    }
  };

  const walk = (node: Node, now: Surroundings, branch: string, budget: number): void => {
    const option = node.option ?? '';
    switch (node.type) {
      case 'fork':
        for (const [index, child] of node.children.entries()) {
          walk(child, { ...now }, `${branch}/${index}`, budget);
        }
        return;
      case 'parallel_fork':
        for (let index = 0; index < Number(option); index += 1) {
          const own = {
            KUROKO2_PARALLEL_FORK_SIZE: option,
            KUROKO2_PARALLEL_FORK_INDEX: String(index),
          };
          const copy = { ...now, env: { ...now.env, ...own } };
          inOrder(node.children, copy, `${branch}/${index}`, budget);
        }
        return;
      case 'retry': {
        const parsed = parseRetry(option);
        inOrder(node.children, now, branch, parsed.ok ? parsed.value.count : 0);
        return;
      }
      case 'env': {
        const parsed = parseEnv(option);
        if (parsed.ok) now.env = { ...now.env, ...parsed.value };
        break;
      }
      case 'rails_env':
        now.env = { ...now.env, RAILS_ENV: option };
        break;
      case 'queue':
        now.queue = option === '' ? '@default' : option;
        break;
      case 'timeout':
        now.timeout = option === '0' ? null : Number(option) * 60;
        break;
      case 'auto_skip_error':
        now.skipErrors = option === 'true';
        break;
      case 'execute':
      case 'wait':
      case 'sub_process':
      case 'kuroko_runner':
        tryStep(node, now, branch, budget);
        break;
    }
    inOrder(node.children, now, branch, budget);
  };

  walk(tree, { env, queue: '@default', timeout: null, skipErrors: false }, '', 0);
  return ran.toSorted();
}

export interface Run {
  readonly place: string;
  readonly type: string;
  readonly env: Readonly<Record<string, string>>;
  readonly queue: string;
  readonly timeout: number | null;
}

export function describeRun({ place, type, env, queue, timeout }: Run): string {
  if (type !== 'execute') return place;
  const variables = Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted();
  return `${place} on ${queue} within ${timeout} with ${variables.join(' ')}`;
}
