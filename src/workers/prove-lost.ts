/** Finds out, on the host where it ran, what became of a command that was written off. */
import { completeEvidence } from '../operations/complete-evidence.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { unprovenOf, type UnprovenExecution } from '../store/executions.ts';
import { lostEvidence, neverStarted, wasCutOff } from './lost-evidence.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Evidence } from '../operations/lose.ts';
import type { Log } from '../log.ts';
import type { Commands } from '../processes/commands.ts';
import type { Database } from '../store/database.ts';

/** What could not be proven is looked at again so much later: it is stopped once more, or asked for. */
const againMs = 60_000;

/**
 * One round: what is lost of this host and queue and may still run, is stopped at once, for the step
 * may be tried again elsewhere any moment; then the proof is written down. What former guardians
 * ran is known from what they left in writing.
 */
export function createLostProofs({
  db,
  guardian,
  executorId,
  killGraceMs,
  facts,
  log,
}: {
  readonly db: Database;
  readonly guardian: Pick<Commands, 'epoch' | 'observe' | 'stop' | 'ack' | 'lastWords'>;
  readonly executorId: number;
  /** Between TERM and KILL, where the definition does not say. */
  readonly killGraceMs: number;
  readonly facts: () => EngineFacts;
  readonly log: Log;
}): () => Promise<void> {
  /** Being looked at now. */
  const underWay = new Set<number>();
  /** By execution: when it is worth another look. */
  const notBefore = new Map<number, number>();
  /** Unknown to the guardian a look ago: a claim is committed before its command is submitted. */
  let missing = new Set<number>();
  let stillMissing = new Set<number>();

  async function prove(lost: UnprovenExecution): Promise<void> {
    const { executionId, instanceId } = lost;
    underWay.add(executionId);
    try {
      const found = await evidenceOf(lost);
      if (found === null) return;
      if (found.groupEmptyAt === null) later(executionId);
      const written = await inTransaction(db, (tx) =>
        completeEvidence(tx, { executionId, instanceId, ...found }, facts()),
      );
      if (written)
        log.info({ executionId, evidence: found.evidence }, 'a lost command is known of');
      if (found.groupEmptyAt === null) return;
      if (lost.epoch === guardian.epoch) guardian.ack(executionId);
    } catch (error) {
      log.warn({ err: error, executionId }, 'what became of a lost command is not known yet');
    } finally {
      underWay.delete(executionId);
    }
  }

  async function evidenceOf(lost: UnprovenExecution): Promise<Evidence | null> {
    const { executionId: id, epoch, evidence, killGrace } = lost;
    if (epoch !== guardian.epoch) {
      const words = await guardian.lastWords(id, epoch);
      if (words !== null) return lostEvidence(words, lost.host);
      later(id);
      return null;
    }
    const before = await guardian.observe(id);
    if (before.status === 'unknown') {
      if (!wasCutOff(evidence)) later(id);
      else if (missing.has(id)) return neverStarted(new Date(), lost.host);
      else stillMissing.add(id);
      return null;
    }
    if (before.status === 'ended' && before.groupEmpty) return lostEvidence(before, lost.host);
    log.warn({ executionId: id }, 'a command that was written off still runs here: it is stopped');
    await guardian.stop(id, killGrace === null ? killGraceMs : killGrace * 1_000);
    const after = await guardian.observe(id);
    return after.status === 'ended' ? lostEvidence(after, lost.host) : null;
  }

  const later = (id: number) => notBefore.set(id, performance.now() + againMs);

  return async () => {
    missing = stillMissing;
    stillMissing = new Set();
    for (const [id, at] of notBefore) if (at < performance.now()) notBefore.delete(id);
    const but = [...notBefore.keys(), ...underWay];
    // A stop takes its time: until it is over, the others are looked after all the same.
    for (const lost of await unprovenOf(db, executorId, but)) void prove(lost);
  };
}
