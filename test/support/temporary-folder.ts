/** A folder for one test, removed when the test is over. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** Others may pass through it, as through any folder a person makes; `mode` says otherwise. Call it inside a test. */
export function temporaryFolder(mode = 0o755): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-test-'));
  chmodSync(folder, mode);
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** A process that was killed may have children that still write: what they add is removed, too. */
export async function removeFolder(folder: string): Promise<void> {
  await until('the folder to be removed', () => {
    try {
      rmSync(folder, { recursive: true, force: true });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return false;
      throw error;
    }
  });
}
