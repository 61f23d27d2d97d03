/**
 * What Kuroko costs, as ratios: against the floor (the same spawns and commits and nothing else) and
 * against graphile-worker and DBOS running the same shell steps. All contenders are processes of
 * their own on one Postgres, a database each, and take turns within every round, so that whatever
 * else the machine does falls on all. Medians of the rounds' ratios.
 *
 * `npm run bench [-- --rounds 20 --only w10,burst,hosts,claims,program --write]`
 */
import { parseArgs } from 'node:util';
import { claimRate } from './claim-rate.ts';
import { installPeers } from './install-peers.ts';
import { startServers } from './servers.ts';
import { sleepingHosts } from './sleeping-hosts.ts';
import { steps } from './steps.ts';
import { writeTable } from './write-table.ts';
import { wholeProgram } from './whole-program.ts';
import { say, type Finding } from './finding.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'w10,burst,hosts,claims,program' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const only = new Set(values.only.split(','));

const parts = {
  w10: () => steps(servers, 'w10', rounds),
  burst: () => steps(servers, 'burst', rounds),
  hosts: () => sleepingHosts(servers, rounds),
  claims: () => claimRate(servers, rounds),
  program: () => wholeProgram(servers),
};

installPeers();
const servers = await startServers();
const findings: Finding[] = [];
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (!only.has(name)) continue;
    for (const finding of await measure()) {
      findings.push(finding);
      say(finding);
    }
  }
} finally {
  await servers.stop();
}
if (values.write) writeTable('bench', findings, rounds, servers.postgresVersion);
