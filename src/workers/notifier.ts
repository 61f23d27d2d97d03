/** The notifier thread: takes notices out of the outbox and has them told. Any number may run. */
import { createLog } from '../log.ts';
import { createChannels } from '../notifiers/channels.ts';
import { runDigest } from '../notifiers/slack.ts';
import { engineFacts, type FactsConfig } from '../operations/engine-facts.ts';
import { createSlackApi } from '../notifiers/slack-api.ts';
import { openDatabase } from '../store/database.ts';
import { listen } from '../store/listen.ts';
import { insertRefresh } from '../store/outbox.ts';
import { instancesToRefresh, noteSlackLook } from '../store/slack-messages.ts';
import { loadTemplates, speak, type Dialect } from '../templates.ts';
import { createDeliveries } from './deliveries.ts';
import { isoInZone } from './iso-in-zone.ts';
import { slackBooks } from './slack-books.ts';
import { startTargets } from './targets.ts';
import { liveUntilCancelled, threadData } from './thread.ts';
import { createWake } from './wake.ts';
import type { Config } from '../config.ts';

export interface NotifierData {
  readonly databaseUrl: string;
  readonly slack: { readonly botToken: string; readonly apiUrl: string | null };
  readonly baseUrl: string;
  readonly defaultChannel: string | null;
  readonly config: FactsConfig;
  /** The targets besides Slack. */
  readonly notifiers: Config['notifiers'];
  readonly dialect: Dialect;
  /** Folder whose wording replaces ours. */
  readonly templates: string | null;
}

/** For what a NOTIFY did not reach. */
const pollEveryMs = 5_000;
/** A message of a run that goes on is edited no more often than this. */
const refreshEverySeconds = 15;
/** Of the end: what was told to happen while the rest was ending is told still. */
const lastWordsMs = 1_000;

const data = threadData() as NotifierData;
const log = createLog('notifier');
loadTemplates(data.templates);
speak(data.dialect);
const db = openDatabase(data.databaseUrl, { max: 4, name: 'kuroko notifier' });
const api = createSlackApi(data.slack);
const facts = engineFacts(data.config);
const books = slackBooks(db, facts);
const about = () => ({ baseUrl: data.baseUrl, now: new Date() });
const wake = createWake();
const deliveries = createDeliveries({
  db,
  notifier: { api, books, about, defaultChannel: data.defaultChannel },
  log,
  onRoom: () => wake.all(),
});
const timeText = (at: Date) => isoInZone(at, data.config.timeZone).replace(/\.\d{3}/, '');
const channels = createChannels(data.notifiers, { baseUrl: data.baseUrl, timeText });
const targets = startTargets(db, channels, facts, log);
const onNews = () => {
  wake.all();
  targets.wake();
};
const listening = listen(data.databaseUrl, {
  channels: ['kuroko_outbox'],
  name: 'kuroko notifier listen',
  onNotify: onNews,
  onConnected: onNews,
});

const cancelled = new AbortController();
let refreshedAt = 0;

/** Runs that go on have no notice for every step: those whose message is out of date get one. */
async function refresh(): Promise<void> {
  if (performance.now() - refreshedAt < pollEveryMs || deliveries.inTrouble()) return;
  refreshedAt = performance.now();
  for (const instanceId of await instancesToRefresh(db, refreshEverySeconds)) {
    if (cancelled.signal.aborted) return;
    const [run, messages] = await Promise.all([
      books.readRun(instanceId),
      books.messagesOf(instanceId),
    ]);
    const told = messages.find(({ kind }) => kind === 'run');
    if (run === null || told === undefined) continue;
    if (runDigest(run, about()) !== told.digest) await insertRefresh(db, instanceId);
    // Looked at, and next in turn only after all the others.
    await noteSlackLook(db, told.id);
  }
}

async function loop(): Promise<void> {
  let trouble = false;
  while (!cancelled.signal.aborted) {
    try {
      await refresh();
      const taken = await deliveries.take();
      trouble = false;
      if (taken > 0) continue;
    } catch (error) {
      if (!trouble) log.warn({ err: error }, 'the notifier waits for the database');
      trouble = true;
    }
    if (!cancelled.signal.aborted) await wake.wait(Math.min(pollEveryMs, deliveries.nextInMs()));
  }
}

const running = loop();

liveUntilCancelled(async () => {
  cancelled.abort();
  wake.all();
  await running;
  const drained = [deliveries.drain(lastWordsMs), targets.stop(lastWordsMs)];
  await Promise.all(drained).catch((error: unknown) => {
    log.warn({ err: error }, 'what is left is told after the next start');
  });
  await listening.stop();
  await db.close();
});
