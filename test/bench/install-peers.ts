/** What the bench compares with is installed in a folder of its own, on first use and after a change. */
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

/** Of the sources: the peers' modules are run from there, beside what they import. */
export const peersFolder = fileURLToPath(new URL('../../../test/bench/peers/', import.meta.url));

export function installPeers(): void {
  const installed = path.join(peersFolder, 'node_modules/.package-lock.json');
  const lock = path.join(peersFolder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stdout.write('Installing graphile-worker and DBOS for the comparison ...\n');
  // Under `npm run` the project's own strictness about versions of Node would hold for them, too.
  const options = ['--engine-strict=false', '--no-audit', '--no-fund'];
  execFileSync('npm', ['ci', ...options], { cwd: peersFolder, stdio: 'inherit' });
}
