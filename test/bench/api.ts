/**
 * What a launch over HTTP costs: POSTs of instances at 16 connections, in turns with a bare Hapi that has
 * the same authentication and writes one row; and how long one takes beside a burst of commands.
 *
 * `npm run bench:api [-- --rounds 20 --write]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { define, launchMany } from '../support/operations.ts';
import { startSlackStandIn } from '../support/slack-stand-in.ts';
import { finding, median, say, type Finding } from './finding.ts';
import { startServers, type Servers } from './servers.ts';
import { startKuroko } from './start-kuroko.ts';
import { writeTable } from './write-table.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const connections = 16;
const roundMs = 2_000;
const burst = 1_000;
const contender = fileURLToPath(new URL('./api-contender.js', import.meta.url));

const servers = await startServers();
const findings: Finding[] = [];
try {
  findings.push(...(await rates(servers)), await besideBurst(servers));
} finally {
  await servers.stop();
}
for (const each of findings) say(each);
if (values.write) writeTable('bench:api', findings, rounds, servers.postgresVersion);

async function rates(on: Servers): Promise<Finding[]> {
  const url = await on.migrated('api');
  const db = openDatabase(url, { max: 2 });
  await db.query(
    'create table bench_instances (id bigserial primary key, definition_id bigint, env jsonb)',
  );
  const ids: number[] = [];
  for (let count = 0; count < connections; count += 1) {
    const fields = { name: `bench ${count}`, apiAllowed: true };
    ids.push((await define(db, 'queue: nobody\nexecute: true\n', fields)).id);
  }
  const [kuroko, bare] = [await startContender('kuroko', url), await startContender('bare', url)];
  try {
    const spread = await compare(kuroko.port, bare.port, ids);
    const single = await compare(kuroko.port, bare.port, ids.slice(0, 1));
    return [
      toldOf('Launches over HTTP at 16 connections, of the rate of one insert', spread),
      toldOf('The same, all of one definition (its lock makes them wait for one another)', single),
    ];
  } finally {
    kuroko.stop();
    bare.stop();
    await db.close();
  }
}

type Compared = readonly { readonly kuroko: number; readonly bare: number }[];

function toldOf(what: string, compared: Compared): Finding {
  const ratios = compared.map(({ kuroko, bare }) => kuroko / bare);
  const rateOf = (which: 'kuroko' | 'bare') =>
    median(compared.map((each) => each[which])).toFixed(0);
  return finding(
    what,
    median(ratios),
    { at: 'least', reach: 0.6 },
    `${rateOf('kuroko')}/s, the other ${rateOf('bare')}/s; ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
  );
}

/** In turns, the first of each not counted. */
async function compare(kuroko: number, bare: number, ids: readonly number[]): Promise<Compared> {
  const all: { kuroko: number; bare: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    all.push({ kuroko: await rateOfPosts(kuroko, ids), bare: await rateOfPosts(bare, ids) });
  }
  return all.slice(1);
}

async function rateOfPosts(port: number, ids: readonly number[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + roundMs;
  let done = 0;
  await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      while (performance.now() < end) {
        await post(port, ids[index % ids.length] ?? 0, agent);
        done += 1;
      }
    }),
  );
  agent.destroy();
  return done / (roundMs / 1_000);
}

/** Of one launch, in milliseconds. */
function post(port: number, id: number, agent: Agent): Promise<number> {
  const body = '{"env":{"REPORT_DATE":"2026-01-31"}}';
  const started = performance.now();
  return new Promise((resolve, reject) => {
    request(
      {
        agent,
        port,
        method: 'POST',
        path: `/v1/definitions/${id}/instances`,
        auth: 'bench:bench-key',
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      },
      (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 201) resolve(performance.now() - started);
          else reject(new Error(`answered with ${response.statusCode}`));
        });
      },
    )
      .on('error', reject)
      .end(body);
  });
}

async function startContender(kind: 'kuroko' | 'bare', url: string) {
  const child = spawn(process.execPath, [contender, kind, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString()), stop: () => child.kill('SIGKILL') };
}

async function besideBurst(on: Servers): Promise<Finding> {
  const url = await on.migrated('api_burst');
  const slack = await startSlackStandIn();
  const db = openDatabase(url, { max: 2 });
  const program = await startKuroko({
    databaseUrl: url,
    slackApiUrl: slack.apiUrl,
    config: 'api_basic_authentication_applications: {bench: bench-key}\n',
  });
  const took: number[] = [];
  try {
    const { id } = await define(db, 'execute: true\n', { name: 'burst' });
    const own = await define(db, 'queue: nobody\nexecute: true\n', {
      name: 'own',
      apiAllowed: true,
    });
    const agent = new Agent({ keepAlive: true });
    for (let count = 0; count < 20; count += 1) await post(program.port, own.id, agent);
    for (let left = burst; left > 0; left -= 50) await launchMany(db, id, 50);
    while (await isOpen(db, id)) took.push(await post(program.port, own.id, agent));
    agent.destroy();
  } finally {
    await program.stop();
    await db.close();
    await slack.stop();
  }
  const sorted = took.toSorted((one, other) => one - other);
  const at = (percent: number) => sorted[Math.floor((sorted.length * percent) / 100)] ?? Infinity;
  return finding(
    `A launch over HTTP beside ${burst.toLocaleString('en')} commands, p99`,
    at(99),
    { at: 'most', reach: 50, unit: ' ms' },
    `median ${at(50).toFixed(1)} ms, at most ${(sorted.at(-1) ?? 0).toFixed(1)} ms; ${took.length} of them`,
  );
}

async function isOpen(db: Database, definitionId: number): Promise<boolean> {
  const text = `select 1 from instances where definition_id = $1 and status = 'working' limit 1`;
  return (await db.query(text, [definitionId])).length > 0;
}
