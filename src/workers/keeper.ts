/** The keeper thread: says that this executor is alive, and notices when another is not. */
import { setMaxListeners } from 'node:events';
import { createLog } from '../log.ts';
import { alarmUnstarted } from '../operations/alarm-unstarted.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { tellMissed } from '../operations/tell-missed.ts';
import { maintain } from '../operations/maintain.ts';
import { recountYesterday } from '../operations/recount.ts';
import { warnOfLateTokens } from '../operations/warn-of-late-tokens.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';
import type { Commands } from '../processes/commands.ts';
import { connectGuardian } from '../processes/connect-guardian.ts';
import { openDatabase } from '../store/database.ts';
import { beat, executorsWithClaims } from '../store/executors.ts';
import { forgetIdempotentLaunches } from '../store/idempotent-launches.ts';
import { forgetPlaces, isDrained } from '../store/places.ts';
import { every, type Loop } from './every.ts';
import { followConfiguration, type Configuration } from './follow-configuration.ts';
import { createLeaseWatch, watchEveryMs } from './lease-watch.ts';
import { createProcessNotes } from './note-processes.ts';
import { createLostProofs } from './prove-lost.ts';
import { createUnclaimed } from './unclaimed.ts';
import { createWriteOff } from './write-off-silent.ts';
import { createScheduler } from './scheduler.ts';
import { createWaker } from './waker.ts';
import { giveUp, liveUntilCancelled, tellMain, threadData } from './thread.ts';

export interface KeeperData {
  readonly databaseUrl: string;
  readonly guardianSocket: string;
  readonly executorId: number;
  readonly killGraceMs: number;
  readonly configuration: Configuration;
}

const beatEveryMs = 1_000;
const forgetEveryMs = 600_000;
const proveEveryMs = 2_000;
const alarmEveryMs = 15_000;
/** It is a matter of minutes and hours, and a look at all that is open. */
const warnEveryMs = 60_000;
const maintainEveryMs = 5_000;
const recountEveryMs = 300_000;
/** A connection that is dead without saying so costs this much of the lease, and no more. */
const beatDeadlineMs = 3_000;

const data = threadData() as KeeperData;
const log = createLog('keeper');
const open = (what: string, max: number, deadlineMs: number) =>
  openDatabase(data.databaseUrl, { max, name: `kuroko keeper ${what}`, deadlineMs });
// Beat and watch have a connection each: nothing slow may stand before them in a queue.
const pulse = open('beat', 1, beatDeadlineMs);
const lookout = open('watch', 1, beatDeadlineMs);
const db = open('work', 3, 30_000);
// What is due waits for nothing else.
const punctual = open('schedules', 1, 30_000);
const guardian: Commands = await connectGuardian(data.guardianSocket);
const configuration = followConfiguration(data.configuration, db, log);
const cancelled = new AbortController();
guardian.onClose(
  () => cancelled.signal.aborted || giveUp(log, 'the connection to the guardian is closed'),
);

/** When the wish was made of which main knows. */
let toldWish: number | null = null;

async function sayAlive(): Promise<void> {
  const heard = await beat(pulse, data.executorId, guardian.epoch);
  if (heard?.restart && heard.restart.at.getTime() !== toldWish) {
    toldWish = heard.restart.at.getTime();
    tellMain({ type: 'restart', wish: heard.restart });
    // Whoever waits for that hears of it once more.
    toldDrained = false;
  }
  if (heard !== null) return;
  const reason =
    'another Kuroko has taken over this host and queue; set HOSTNAME to tell them apart';
  tellMain({ type: 'fatal', reason });
}

const noteProcesses = createProcessNotes(db);
const settleUnclaimed = createUnclaimed({ db, guardian, graceMs: data.killGraceMs, log });

async function lookAfterCommands(): Promise<void> {
  const held = await guardian.list();
  await settleUnclaimed(held);
  await noteProcesses(held);
}

const proveLost = createLostProofs({
  db,
  guardian,
  ...data,
  facts: () => configuration.facts(),
  log,
});

const watch = createLeaseWatch();
const writeOffSilent = createWriteOff(db, freshFacts, log);

async function freshFacts(): Promise<EngineFacts> {
  await configuration.read();
  return configuration.facts();
}

async function watchOthers(): Promise<void> {
  const asked = performance.now();
  const seen = await executorsWithClaims(lookout);
  const answered = performance.now();
  for (const executor of watch.silent({ seen, asked, answered }, data.executorId)) {
    writeOffSilent(executor);
  }
}

let emptyBefore = false;
let toldDrained = false;

/** Twice in a row, for a claim that was under way while the drain began is seen at the second look. */
async function seeDrained(): Promise<void> {
  const empty = await isDrained(db, data.executorId);
  const drained = empty && emptyBefore;
  if (drained && !toldDrained) tellMain({ type: 'drained' });
  emptyBefore = empty;
  toldDrained = drained;
}

const forgottenAtOnce = 100;

async function forgetOthers(): Promise<void> {
  const places = await forgetPlaces(db, forgottenAtOnce);
  if (places.length > 0) log.info({ places }, 'executors that did not come back are forgotten');
}

const forgottenKeysAtOnce = 5_000;

async function forgetKeys(): Promise<void> {
  while ((await forgetIdempotentLaunches(db, forgottenKeysAtOnce)) === forgottenKeysAtOnce) {
    if (cancelled.signal.aborted) return;
  }
}

async function alarmOthers(): Promise<void> {
  for (const queue of await inTransaction(db, alarmUnstarted)) {
    log.warn(queue, 'commands wait for a worker for minutes');
  }
}

async function tellOfMissed(): Promise<void> {
  const missed = await inTransaction(db, (tx) => tellMissed(tx, configuration.facts()));
  if (missed !== null) log.warn(missed, 'launches were missed while nothing was running');
}

async function warnOfLate(): Promise<void> {
  for (let more = true; more && !cancelled.signal.aborted;)
    ({ more } = await inTransaction(db, warnOfLateTokens));
}

async function recount(): Promise<void> {
  await configuration.read();
  const { retention } = configuration.current();
  const wish = { facts: configuration.facts(), keptDays: retention.instances };
  const counted = await recountYesterday(db, wish);
  if (counted === null) return;
  const { differences, ...counts } = counted;
  if (differences.length === 0) log.info(counts, 'the ledger of yesterday is as it should be');
  else log.error({ ...counts, differences }, 'the ledger of yesterday is not as it should be');
}

/** A batch after the other for some seconds, then a pause of as many: nobody waits for what is old. */
async function maintainForAWhile(): Promise<void> {
  await configuration.read();
  const { retention } = configuration.current();
  const end = performance.now() + maintainEveryMs;
  for (let more = true; more && performance.now() < end && !cancelled.signal.aborted;) {
    ({ more } = await maintain(db, retention, configuration.facts()));
  }
}

const waker = createWaker(data.databaseUrl, db, () => configuration.facts(), log);
const scheduler = createScheduler(punctual, () => configuration.facts(), log);

const loops: readonly Loop[] = [
  { what: 'say that it is alive', ms: beatEveryMs, work: sayAlive },
  {
    what: 'watch the other executors',
    ms: watchEveryMs,
    work: watchOthers,
    onTrouble: () => watch.interrupted(),
  },
  { what: 'look after the commands', ms: beatEveryMs, work: lookAfterCommands },
  { what: 'see whether it is drained', ms: beatEveryMs, work: seeDrained },
  { what: 'forget executors that are gone', ms: forgetEveryMs, work: forgetOthers },
  { what: 'forget keys of launches that are too old', ms: forgetEveryMs, work: forgetKeys },
  { what: 'tell of commands that nobody takes', ms: alarmEveryMs, work: alarmOthers },
  { what: 'tell of missed launches', ms: alarmEveryMs, work: tellOfMissed },
  { what: 'warn of what takes longer than expected', ms: warnEveryMs, work: warnOfLate },
  { what: 'count the ledger of yesterday again', ms: recountEveryMs, work: recount },
  { what: 'do the maintenance that steps wait for', ms: maintainEveryMs, work: maintainForAWhile },
  // It sleeps by itself, until something is due.
  { what: 'wake the tokens whose time has come', ms: 20, work: waker.round },
  // Likewise; what is due still after a round is in the hands of another keeper.
  { what: 'launch what is due', ms: 20, work: scheduler.round },
  { what: 'prove what became of lost commands', ms: proveEveryMs, work: proveLost },
];
// Each of them listens to its end.
setMaxListeners(loops.length + 1, cancelled.signal);
const running = Promise.all(loops.map((loop) => every(loop, cancelled.signal, log)));

liveUntilCancelled(async () => {
  cancelled.abort();
  await Promise.all([waker.stop(), scheduler.stop()]);
  await running;
  guardian.close();
  await Promise.all([pulse, lookout, punctual, db].map((each) => each.close()));
});
