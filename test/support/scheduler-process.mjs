/**
 * A scheduler in a process of its own, of a build that may be another version, by a clock that a file
 * describes: to be killed, and to be shown another time. Its one argument is JSON: the folder of the
 * build, the database's URL, the clock's file and this one's skew, and how often it looks and tells.
 */
import { readFileSync } from 'node:fs';

const { build, url, clockFile, skewMs, mostMs, tellMs } = JSON.parse(process.argv[2]);
const load = (file) => import(`${build}/src/${file}`);
const { commandDefaults } = await load('config.js');
const { createLog } = await load('log.js');
const { engineFacts } = await load('operations/engine-facts.js');
const { inTransaction } = await load('operations/in-transaction.js');
const { tellMissed } = await load('operations/tell-missed.js');
const { openDatabase } = await load('store/database.js');
const { createScheduler } = await load('workers/scheduler.js');
const { every } = await load('workers/every.js');

/** `jitterMs` either way, another one each time. */
function clock() {
  const { simulatedMs, sinceMs, rate, jitterMs } = JSON.parse(readFileSync(clockFile, 'utf8'));
  const jitter = (Math.random() * 2 - 1) * jitterMs;
  return new Date(simulatedMs + (Date.now() - sinceMs) * rate + skewMs + jitter);
}

const facts = engineFacts(commandDefaults);
const log = createLog('scheduler');
const db = openDatabase(url, { max: 2, name: 'scheduler' });
const scheduler = createScheduler(db, () => facts, log, { clock, mostMs });
const never = new AbortController().signal;
const tell = () => inTransaction(db, (tx) => tellMissed(tx, facts, clock));
void every({ what: 'launch what is due', ms: 10, work: scheduler.round }, never, log);
void every({ what: 'tell of missed launches', ms: tellMs, work: tell }, never, log);
process.stdout.write('ready\n');
