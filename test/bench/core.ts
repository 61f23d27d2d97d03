/**
 * How fast the language and the engine are, against what was recorded for Kuroko2 0.8.0 on a machine
 * of this size: 191 parses of 1,000 lines, 130 to 200 token steps and, within a fork of 300, 114 a
 * second. Reach is twenty times that. Commands are not run: `npm run bench` is about them.
 *
 * A step, or transition, is one token passing one node: the original moves a token by one node a tick.
 * Here a token passes all that is instant in one go, and each node counts; the root, the fork that
 * waits and its joins do not.
 *
 * `npm run bench:core [-- --rounds 20 --only language,steps,transitions --write]`
 */
import { parseArgs } from 'node:util';
import { languageRates } from './language-rates.ts';
import { writeTable } from './write-table.ts';
import { say, type Finding } from './finding.ts';
import { startServers } from './servers.ts';
import { stepRates } from './step-rates.ts';
import { transitionRates } from './transition-rates.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    only: { type: 'string', default: 'language,steps,transitions' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const only = new Set(values.only.split(','));

const parts = {
  language: () => languageRates(rounds),
  steps: () => stepRates(rounds),
  transitions: () => transitionRates(servers, rounds),
};

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
if (values.write) writeTable('bench:core', findings, rounds, servers.postgresVersion);
