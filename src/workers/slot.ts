/**
 * One worker: claims an execution, has the guardian run it, commits its end together with the claim
 * of the next one. After anything unexpected it first reads what it holds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandsError } from '../processes/commands-error.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { finish } from '../operations/finish.ts';
import { lose, type Evidence } from '../operations/lose.ts';
import { secretsOf } from '../operations/secrets-of.ts';
import {
  claimExecution,
  heldExecution,
  mayWork,
  releaseExecution,
  type Claim,
} from '../store/claims.ts';
import { isRefusedData, type Database } from '../store/database.ts';
import { commandEnvironment } from './command-environment.ts';
import { lostEvidence } from './lost-evidence.ts';
import { streamOutput, type OutputStream } from './stream-output.ts';
import type { Log } from '../log.ts';
import type { EngineConfig } from '../operations/engine-config.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Commands, EndedCommand } from '../processes/commands.ts';
import type { ExecutionResult, OutputChunk } from '../store/commit-step.ts';
import type { Frontier } from './frontier.ts';
import type { Wake } from './wake.ts';

/** What all slots of an executor share. */
export interface Executor {
  readonly db: Database;
  readonly guardian: Commands;
  readonly log: Log;
  readonly host: string;
  readonly queue: string;
  /** As it stands now: it may change while the executor lives. */
  config(): EngineConfig;
  facts(): EngineFacts;
  readonly work: Wake;
  readonly frontier: Frontier;
  /** Where those sleep who may take nothing: each is woken by any news, for it may be allowed again. */
  readonly suspended: Wake;
  /** Outputs being streamed, by execution. */
  readonly streams: Map<number, OutputStream>;
  /** Of what runs, milliseconds between TERM and KILL. */
  readonly graces: Map<number, number>;
  /** Executions that somebody wants stopped. */
  readonly stops: Set<number>;
  /** True once nothing new may be taken. */
  draining(): boolean;
}

const pollMs = 5_000;
const longestPauseMs = 5_000;
/** Well below the length of a lease. */
const freshMs = 10_000;
/** Each look into `process.env` itself takes as long as a system call. */
const ownEnvironment = { ...process.env };

/** Serves one worker until the executor drains and the worker's command has ended. */
export async function runSlot(executor: Executor, workerId: number): Promise<void> {
  let held: Claim | null | 'unknown' = 'unknown';
  let pauseMs = 50;
  while (!executor.draining() || held !== null) {
    try {
      if (held === 'unknown') {
        held = await promptly(() => heldExecution(executor.db, workerId));
        continue;
      }
      if (held === null) {
        held = await claimOrWait(executor, workerId);
      } else {
        held = await runExecution(executor, held, workerId);
      }
      pauseMs = 50;
    } catch (error) {
      // The guardian is gone: main ends the program, and the next start finds out what was lost.
      if (error instanceof CommandsError && error.reason === 'closed') return;
      executor.log.warn({ err: error, workerId }, 'a worker starts afresh');
      executor.frontier.reset();
      held = 'unknown';
      await sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

/**
 * Stopped, or cut off, between question and answer, we may have been written off with what we were
 * given: it is read again before it is started.
 */
async function promptly<T>(read: () => Promise<T>): Promise<T | 'unknown'> {
  const askedAt = performance.now();
  const answer = await read();
  return performance.now() - askedAt > freshMs ? 'unknown' : answer;
}

async function claimOrWait(
  executor: Executor,
  workerId: number,
): Promise<Claim | null | 'unknown'> {
  const { db, guardian, host, queue, frontier } = executor;
  const epoch = guardian.epoch;
  const from = frontier.from();
  // News reaches one sleeper only.
  const onMore = () => executor.work.one();
  const worker = { queue, workerId, host, epoch, from };
  const claim = await promptly(() => claimExecution(db, worker, onMore));
  if (claim === 'unknown') return claim;
  frontier.found(claim?.executionId ?? null, from);
  // Also where not all of the queue was looked at: the next look is at all of it.
  if (claim !== null || from > 0) return claim;
  if (executor.draining() || (await mayWork(db, { workerId, epoch }))) {
    await executor.work.wait(pollMs);
  } else {
    // Suspended: the news was meant for one who may take it.
    executor.work.one();
    await executor.suspended.wait(pollMs);
  }
  return null;
}

/** Runs what is held, to its committed end. Returns what the same worker holds next. */
async function runExecution(
  executor: Executor,
  claim: Claim,
  workerId: number,
): Promise<Claim | null | 'unknown'> {
  const { db, guardian, host, queue, frontier } = executor;
  if (claim.epoch !== guardian.epoch) return settleFormer(executor, claim);
  if (executor.draining() && (await guardian.observe(claim.executionId)).status === 'unknown') {
    // Claimed as the end began, and not started: somebody else's, now.
    await releaseExecution(db, claim);
    return 'unknown';
  }
  const outcome = await runCommand(executor, claim).catch(async (error: unknown) => {
    if (!(error instanceof CommandsError) || error.reason !== 'acknowledged') throw error;
    // The database has lost a commit that it had confirmed: it was restored, or failed over.
    const evidence =
      'it was run and its result acknowledged, but the database has no record of it.';
    await loseClaim(executor, claim, { evidence, groupEmptyAt: null });
    return null;
  });
  if (outcome === null) return 'unknown';
  const { ended, rest } = outcome;
  if (!ended.groupEmpty) {
    const { executionId } = claim;
    executor.log.warn(
      { executionId, left: ended.leftovers },
      'a command has left processes behind',
    );
  }
  if (
    ended.endedBy === 'guardian' ||
    (executor.draining() && stoppedByUs(executor, claim, ended))
  ) {
    await loseClaim(executor, claim, lostEvidence({ ...ended, endedBy: 'guardian' }, host));
    guardian.ack(claim.executionId);
    return 'unknown';
  }
  const from = frontier.from();
  const freed = executor.draining() ? null : { workerId, queue, host, epoch: guardian.epoch, from };
  const facts = withOutput(executor.facts(), await tailOf(guardian, ended));
  const result = resultOf(claim, ended, rest);
  const askedAt = performance.now();
  const finished = await finish(db, claim, result, facts, freed).catch(async (error: unknown) => {
    if (!isRefusedData(error)) throw error;
    executor.log.error({ err: error, executionId: claim.executionId }, 'a result cannot be stored');
    const { evidence, groupEmptyAt } = lostEvidence(ended, host);
    const why = 'Its result cannot be stored.';
    await loseClaim(executor, claim, { evidence: `${evidence} ${why}`, groupEmptyAt });
    return { recorded: false, claim: null };
  });
  executor.stops.delete(claim.executionId);
  // Not in the books: it was written off meanwhile, and the keeper has yet to say how it ended.
  if (!finished.recorded) return 'unknown';
  guardian.ack(claim.executionId);
  const next = finished.claim;
  // The token's own next step was not looked for in the queue.
  if (freed !== null && next?.tokenId !== claim.tokenId) {
    frontier.found(next?.executionId ?? null, from);
  }
  if (performance.now() - askedAt > freshMs) return 'unknown';
  // Whoever commits an end looks for more in the same statement.
  if (next === null && from === 0 && !executor.draining()) await executor.work.wait(pollMs);
  return next;
}

/** Somebody stopped it, and it was no operator: the program is ending. */
function stoppedByUs(executor: Executor, claim: Claim, { endedBy }: EndedCommand): boolean {
  return endedBy === 'stop' && !executor.stops.has(claim.executionId);
}

async function runCommand(
  executor: Executor,
  claim: Claim,
): Promise<{ ended: EndedCommand; rest: readonly OutputChunk[] }> {
  const { guardian, db, log } = executor;
  const { timeZone, outputCap, killGrace } = executor.config();
  const graceMs = (claim.killGrace ?? killGrace) * 1_000;
  const stream = streamOutput({
    guardian,
    db,
    execution: claim,
    cap: outputCap,
    onError: (error) => log.warn({ err: error, executionId: claim.executionId }, 'output waits'),
  });
  executor.streams.set(claim.executionId, stream);
  executor.graces.set(claim.executionId, graceMs);
  try {
    if (wantedStopped(executor, claim)) {
      // Nobody wants it any more: what has not been started is not started now.
      const { status } = await guardian.observe(claim.executionId);
      if (status === 'unknown') return { ended: neverStarted(claim), rest: [] };
    }
    guardian.submit({
      id: claim.executionId,
      shell: claim.shell,
      env: commandEnvironment(claim, ownEnvironment, timeZone),
      chdir: claim.chdir ?? process.cwd(),
      runtimeLimitMs: claim.timeoutSeconds === null ? null : claim.timeoutSeconds * 1_000,
      graceMs,
      outputCap,
      secrets: secretsOf(
        { script: claim.script, env: claim.launchEnv },
        executor.facts(),
        claim.env,
      ).values,
    });
    if (wantedStopped(executor, claim)) {
      void guardian.stop(claim.executionId, graceMs).catch(() => {});
    }
    const ended = await guardian.ended(claim.executionId);
    return { ended, rest: await stream.rest(ended) };
  } finally {
    executor.streams.delete(claim.executionId);
    executor.graces.delete(claim.executionId);
  }
}

function wantedStopped({ stops }: Executor, claim: Claim): boolean {
  if (claim.stopRequestedBy !== null) stops.add(claim.executionId);
  return stops.has(claim.executionId);
}

function neverStarted({ executionId }: Claim): EndedCommand {
  const now = Date.now();
  return {
    status: 'ended',
    id: executionId,
    pid: null,
    code: null,
    signal: 'SIGTERM',
    endedBy: 'stop',
    groupEmpty: true,
    leftovers: [],
    startedAt: now,
    endedAt: now,
    outputSize: 0,
    output: Buffer.alloc(0),
    peakMemory: null,
  };
}

/** A claim of a guardian that is no more: its last words are the result, or the evidence. */
async function settleFormer(executor: Executor, claim: Claim): Promise<'unknown'> {
  const { db, guardian, host } = executor;
  const words = await guardian.lastWords(claim.executionId, claim.epoch);
  const ownEnd = words !== null && ['itself', 'limit', 'stop'].includes(words.endedBy);
  if (
    words === null ||
    !ownEnd ||
    words.endedAt === null ||
    (words.code ?? words.signal) === null
  ) {
    await loseClaim(executor, claim, lostEvidence(words, host));
    return 'unknown';
  }
  const output = words.outputTail;
  const rest = [{ start: Math.max(0, words.outputSize - output.length), bytes: output }];
  const { code, signal, endedBy, startedAt, endedAt, outputSize } = words;
  const ended = { code, signal, endedBy, startedAt, endedAt };
  const unknown = { pid: null, peakMemory: null };
  const result = resultOf(claim, { ...ended, ...unknown, outputSize }, rest);
  const facts = withOutput(executor.facts(), lastLines(output));
  await finish(db, claim, result, facts, null);
  return 'unknown';
}

async function loseClaim(executor: Executor, claim: Claim, evidence: Evidence): Promise<void> {
  const { executionId, fence, instanceId, tokenId } = claim;
  const lost = { executionId, fence, instanceId, tokenId, ...evidence };
  await inTransaction(executor.db, (tx) => lose(tx, lost, executor.facts()));
}

function resultOf(
  claim: Claim,
  ended: Pick<EndedCommand, 'code' | 'signal' | 'pid' | 'endedAt' | 'outputSize' | 'peakMemory'> & {
    readonly endedBy: EndedCommand['endedBy'] | 'unknown';
    readonly startedAt: number | null;
  },
  output: readonly OutputChunk[],
): ExecutionResult {
  return {
    executionId: claim.executionId,
    fence: claim.fence,
    exitStatus: ended.code,
    termSignal: ended.signal?.replace(/^SIG/, '') ?? null,
    timedOut: ended.endedBy === 'limit',
    pid: ended.pid,
    startedAt: ended.startedAt === null ? null : new Date(ended.startedAt),
    finishedAt: new Date(ended.endedAt),
    outputSize: ended.outputSize,
    peakMemory: ended.peakMemory,
    output,
  };
}

const withOutput = (facts: EngineFacts, outputTail: string): EngineFacts =>
  outputTail === facts.outputTail ? facts : { ...facts, outputTail };

const tailBytes = 4_096;
const tailLines = 20;

async function tailOf(guardian: Commands, ended: EndedCommand): Promise<string> {
  // Only a failure is told with its output.
  if (ended.code === 0 && ended.endedBy === 'itself') return '';
  if (ended.output !== null) return lastLines(ended.output);
  const slice = await guardian.read(ended.id, Math.max(0, ended.outputSize - tailBytes));
  return slice === null ? '' : lastLines(slice.data);
}

function lastLines(bytes: Buffer): string {
  const lines = bytes.subarray(-tailBytes).toString('utf8').trimEnd().split('\n');
  return lines.slice(-tailLines).join('\n');
}
