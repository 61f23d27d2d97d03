/** A guardian whose folder is full, or gone: its commands run on. */

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readiness } from '../../src/main/readiness.ts';
import { command, eventually, guardianOfTest, isAlive } from '../support/guardian.ts';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** A file system of one megabyte. Only root may mount one: elsewhere the test says that it was skipped. */
function tinyDisk(): string {
  const folder = path.join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
      stdio: 'ignore',
    });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

describe.skipIf(!canMount())('a guardian whose disk is full', () => {
  it('starts, drains and ends commands, gives their results, and tells in its log what it could not write', async () => {
    const dataDir = tinyDisk();
    const guardian = await guardianOfTest({ dataDir });
    const log = path.join(dataDir, 'guardian', 'guardian.log');
    // A file that has a page can be written to its end.
    appendFileSync(log, 'the log\n');
    expect(() => writeFileSync(path.join(dataDir, 'all'), Buffer.alloc(2_000_000))).toThrow(
      'ENOSPC',
    );
    guardian.submit(command(1, 'seq 1 10000'));
    guardian.submit(command(2, `trap 'exit 4' TERM; echo ready; while :; do sleep 0.01; done`));
    expect(await guardian.ended(1)).toMatchObject({ code: 0, outputSize: 48_894 });
    await eventually(async () => (await guardian.read(2, 0))?.size === 6);
    expect(await guardian.stop(2, 5000)).toMatchObject({ groupEmpty: true });
    expect(await guardian.ended(2)).toMatchObject({ code: 4, endedBy: 'stop' });
    for (let id = 3; id <= 100; id += 1) {
      guardian.submit(command(id, 'true'));
      expect(await guardian.ended(id)).toMatchObject({ code: 0 });
    }
    await guardian.end(300);
    await eventually(() => !isAlive(guardian.pid));
    expect(readFileSync(log, 'utf8')).toContain('could be ended or written down: Error: ENOSPC');
  });
});

describe('a guardian whose folder was removed', () => {
  it('runs its commands on, and readiness says that newcomers do not reach it', async () => {
    const dataDir = temporaryFolder();
    const guardian = await guardianOfTest({ dataDir });
    const db = { query: () => Promise.resolve([]) };
    const ready = () => readiness(db, guardian, null);
    expect((await ready()).checks).toMatchObject({ guardian: 'up' });
    guardian.submit(command(1, 'sleep 1000'));
    await removeFolder(path.join(dataDir, 'guardian'));
    for (let id = 2; id <= 80; id += 1) {
      guardian.submit(command(id, 'echo on'));
      expect((await guardian.ended(id)).output?.toString()).toBe('on\n');
    }
    expect((await ready()).checks).toMatchObject({ guardian: 'down' });
    expect(await guardian.stop(1, 1000)).toMatchObject({ groupEmpty: true });
    await guardian.end(300);
    await eventually(() => !isAlive(guardian.pid));
  });
});
