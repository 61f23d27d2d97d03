/** The executor thread: N workers of one queue. Its death ends no command: the guardian has them. */
import { createLog } from '../log.ts';
import type { Guardian } from '../processes/guardian.ts';
import { connectGuardian } from '../processes/connect-guardian.ts';
import { openDatabase } from '../store/database.ts';
import { stopsRequested } from '../store/executions.ts';
import { listen } from '../store/listen.ts';
import { followConfiguration, type Configuration } from './follow-configuration.ts';
import { createFrontier } from './frontier.ts';
import { runSlot, type Executor } from './slot.ts';
import { giveUp, liveUntilCancelled, threadData } from './thread.ts';
import { createWake } from './wake.ts';

export interface ExecutorData {
  readonly databaseUrl: string;
  readonly guardianSocket: string;
  readonly executorId: number;
  readonly workerIds: readonly number[];
  /** Workers that take nothing any more, but may hold something of former times. */
  readonly retiredIds: readonly number[];
  readonly host: string;
  readonly queue: string;
  readonly configuration: Configuration;
}

const pollMs = 5_000;

const data = threadData() as ExecutorData;
const log = createLog('executor');
const db = openDatabase(data.databaseUrl, {
  max: data.workerIds.length + 1,
  name: 'kuroko executor',
  planOnce: true,
});
const guardian: Guardian = await connectGuardian(data.guardianSocket);
const work = createWake();
const suspended = createWake();
const configuration = followConfiguration(data.configuration, db, log);
let draining = false;
const executor: Executor = {
  ...data,
  db,
  guardian,
  log,
  config: () => configuration.current(),
  facts: () => configuration.facts(),
  work,
  frontier: createFrontier(),
  suspended,
  streams: new Map(),
  graces: new Map(),
  stops: new Set(),
  draining: () => draining,
};

let toldGrace: number | null = null;

/** There may be news in it; the guardian has to know of it while it can still be told. */
async function readConfiguration(): Promise<void> {
  await configuration.read();
  const graceMs = configuration.current().killGrace * 1_000;
  if (graceMs === toldGrace) return;
  toldGrace = graceMs;
  await guardian.setGrace(graceMs).catch((error: unknown) => {
    log.warn({ err: error }, 'the guardian keeps the kill_grace that it was started with');
  });
}

/** A slot that is about to start the command looks into `stops` first. */
const stop = (executionId: number): void => {
  const { stops } = executor;
  if (stops.has(executionId)) return;
  stops.add(executionId);
  // Stops are told to every executor, and most concern another.
  if (stops.size > 10_000) stops.delete(stops.values().next().value ?? 0);
  const graceMs = executor.graces.get(executionId) ?? configuration.current().killGrace * 1_000;
  guardian.stop(executionId, graceMs).catch((error: unknown) => {
    // The next poll tries again.
    stops.delete(executionId);
    log.error({ err: error, executionId }, 'a command could not be stopped');
  });
};

async function readStops(): Promise<void> {
  try {
    for (const { executionId } of await stopsRequested(db, data.executorId)) stop(executionId);
  } catch (error) {
    log.warn({ err: error }, 'stops could not be read');
  }
}

// Without it the slots have ended: the next thread connects anew, and goes on with what they hold.
guardian.onClose(() => draining || giveUp(log, 'the connection to the guardian is closed'));

guardian.onRunning(({ id }) => executor.streams.get(id)?.more());

const listening = listen(data.databaseUrl, {
  name: 'kuroko executor listen',
  channels: ['kuroko_work', 'kuroko_stop', 'kuroko_config'],
  onNotify(channel, payload) {
    if (channel === 'kuroko_stop') {
      stop(Number(payload));
    } else if (channel === 'kuroko_config') {
      void readConfiguration();
    } else if (payload === data.queue) {
      work.one();
      suspended.all();
    }
  },
  onConnected() {
    work.all();
    suspended.all();
    void readConfiguration();
    void readStops();
  },
  onLost: (error) => log.warn({ err: error }, 'the database went away'),
});

// For a NOTIFY that did not reach us.
const poll = setInterval(() => {
  if (executor.streams.size > 0) void readStops();
}, pollMs);

const retired: Executor = { ...executor, draining: () => true };
const slots = Promise.all([
  ...data.workerIds.map((workerId) => runSlot(executor, workerId)),
  ...data.retiredIds.map((workerId) => runSlot(retired, workerId)),
]);

async function drain(): Promise<void> {
  draining = true;
  clearInterval(poll);
  work.all();
  suspended.all();
  await slots;
  await listening.stop();
  guardian.close();
  // Resolves when what is being written is written: whoever comes next goes on from there.
  await db.close();
}

/** Without the guardian each worker lets go of what it holds: claims stay, and commands run on. */
function leave(): Promise<void> {
  draining = true;
  guardian.close();
  return drain();
}

liveUntilCancelled(drain, leave);
