/** Pipes in advance, also where somebody cleans up or takes leave. */

import { closeSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFifoPool, type FifoPool } from '../../../src/guardian/fifo-pool.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function openAndClose(pool: FifoPool): Promise<void> {
  const { readEnd, writeEnd } = await pool.open();
  closeSync(readEnd);
  closeSync(writeEnd);
}

function emptyFolder(): string {
  const folder = path.join(temporaryFolder(), 'pipes');
  mkdirSync(folder);
  return folder;
}

describe('a pool of pipes', () => {
  it('gives more than it makes at once, each one once', async () => {
    const folder = emptyFolder();
    const pool = createFifoPool(folder);
    for (let count = 0; count < 150; count += 1) await openAndClose(pool);
    await pool.close();
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  });

  it('whose folder was removed makes it again', async () => {
    const folder = emptyFolder();
    const pool = createFifoPool(folder);
    await openAndClose(pool);
    rmSync(path.dirname(folder), { recursive: true, force: true });
    for (let count = 0; count < 70; count += 1) await openAndClose(pool);
    expect(existsSync(folder)).toBe(true);
    await pool.close();
  });

  it('that is closed gives none, and its folder can be removed at once', async () => {
    const folder = emptyFolder();
    const pool = createFifoPool(folder);
    const opened = openAndClose(pool).catch(() => undefined);
    await pool.close();
    rmSync(folder, { recursive: true });
    await opened;
    await expect(pool.open()).rejects.toThrow('the guardian is ending');
    expect(existsSync(folder)).toBe(false);
  });
});
