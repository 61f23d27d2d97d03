/**
 * What an event comes to in its instance, also where that cannot be decided. A poison token - its
 * script does not parse, a template throws - is set aside: its step fails, where people are told and
 * can retry, skip or cancel it. Thrown on, the error would come back with every attempt, and take a
 * worker with it each time.
 */
import { createLog } from '../log.ts';
import { failForPeople } from '../workflow/step/fail.ts';
import { treeOf } from './script-tree.ts';
import { advance } from '../workflow/advance.ts';
import type { StoredToken } from '../store/tokens.ts';
import type { Advance, Change, OuterEffect, OuterEvent, Thread } from '../workflow/advance.ts';
import type { Facts } from '../workflow/facts.ts';
import type { Node } from '../workflow/node.ts';

/** `tokens` as `advance` wants them. */
export function decide(
  script: string,
  tokens: readonly StoredToken[],
  key: string,
  event: OuterEvent,
  facts: Facts,
): Advance {
  const threads = tokens.map(asThread);
  try {
    return advance(treeOf(script), threads, key, event, facts);
  } catch (error) {
    const before = threads.find(({ token }) => token.key === key);
    if (before === undefined) throw error;
    createLog('engine').error({ err: error, key }, 'a token is set aside');
    // An end needs no script.
    if (event.type === 'cancel') return advance(nothing, threads, key, event, facts);
    return { status: 'advanced', changes: [setAside(before, error, facts)] };
  }
}

const nothing: Node = { type: 'root', option: null, path: '', line: 1, column: 1, children: [] };

function setAside(before: Thread, error: unknown, facts: Facts): Change {
  const why = error instanceof Error ? error.message : String(error);
  const { token, effects } = failForPeople(before.token, `The engine cannot go on: ${why}`, facts);
  return { ...before, before, token, effects: effects as readonly OuterEffect[] };
}

/** Without what only the database knows. */
function asThread({ key, path, status, attempt, context, openChildren }: StoredToken): Thread {
  return { token: { key, path, status, attempt, context }, openBranches: openChildren };
}
