/** One instance with all that its messages and pages show of it. */
import { auditOf, type AuditRow } from './audit.ts';
import { findDefinition, type Definition } from './definitions.ts';
import { executionsOf, type Execution } from './executions.ts';
import { failuresInARow, findInstance, preventedAfter, type Instance } from './instances.ts';
import { lastError } from './logs.ts';
import { readOutputTail } from './output.ts';
import { tokensOf, type StoredToken } from './tokens.ts';
import {
  awaitedBy,
  childrenOf,
  parentOf,
  type AwaitedJob,
  type ChildInstance,
  type RelatedInstance,
} from './relations.ts';
import type { Connection } from './database.ts';

export interface Run {
  readonly instance: Instance;
  /** Also a deleted one. */
  readonly definition: Definition;
  readonly tokens: readonly StoredToken[];
  /** Oldest first. */
  readonly executions: readonly Execution[];
  /** What operators did to it, oldest first. */
  readonly audit: readonly AuditRow[];
  /** Last bytes of the output of each failed token's last execution, by token id, as text. */
  readonly tails: ReadonlyMap<number, string>;
  /** Why each failed token has failed, by token id: the last error in the log. */
  readonly reasons: ReadonlyMap<number, string>;
  /** What has launched it as a sub process. */
  readonly parent: RelatedInstance | null;
  /** What it has launched, oldest first. */
  readonly children: readonly ChildInstance[];
  /** What its steps wait for now. */
  readonly awaited: readonly AwaitedJob[];
  /** Instances in a row, this one included, that failed; 0 when it has not. */
  readonly failuresInARow: number;
  /** Launches after this one that the same instance was in the way of. */
  readonly alsoPrevented: { readonly count: number; readonly lastAt: Date | null };
}

const tailBytes = 8_192;

/** Null when there is no such instance. */
export async function readRun(on: Connection, instanceId: number): Promise<Run | null> {
  const instance = await findInstance(on, instanceId);
  if (instance === null) return null;
  const definition = await findDefinition(on, instance.definitionId, { deleted: true });
  if (definition === null) throw new Error(`instance ${instanceId} has no definition`);
  const [tokens, executions, audit, parent, children, awaited] = await Promise.all([
    tokensOf(on, instanceId),
    executionsOf(on, instanceId),
    auditOf(on, instanceId),
    parentOf(on, instanceId),
    childrenOf(on, instanceId),
    awaitedBy(on, instanceId),
  ]);
  const tails = new Map<number, string>();
  const reasons = new Map<number, string>();
  for (const token of tokens) {
    if (token.status !== 'failure') continue;
    const reason = await lastError(on, token);
    if (reason !== null) reasons.set(token.id, reason);
    const last = executions.findLast(({ tokenId }) => tokenId === token.id);
    if (last === undefined) continue;
    const chunks = await readOutputTail(on, last.id, tailBytes);
    tails.set(token.id, Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8'));
  }
  return {
    instance,
    definition,
    tokens,
    executions,
    audit,
    tails,
    reasons,
    parent,
    children,
    awaited,
    failuresInARow: instance.errorAt === null ? 0 : await failuresInARow(on, instanceId),
    alsoPrevented: await preventedAfter(on, instance),
  };
}
