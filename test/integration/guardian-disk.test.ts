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

describe('a journal that cannot grow', () => {
  /** In a process that may write files of eight kilobytes and no more. */
  function limited(script: string): unknown {
    const program = path.resolve('dist/src/guardian/journal.js');
    const lines = `import { openJournal } from ${JSON.stringify(program)};\n${script}`;
    const limit = 'ulimit -f 16; exec "$0" --input-type=module -e "$1" "$2"';
    const file = path.join(temporaryFolder(), 'journal');
    const text = execFileSync('sh', ['-c', limit, process.execPath, lines, file]);
    return JSON.parse(text.toString()) as unknown;
  }

  it('says so, keeps nothing of what did not fit, and takes what does', () => {
    const found = limited(`
      const journal = openJournal(process.argv[1]);
      journal.append({ type: 'epoch', epoch: 'e' });
      let code = null;
      try {
        journal.append({ type: 'lastWords', words: { outputTail: 'x'.repeat(20000) } });
      } catch (error) {
        code = error.code;
      }
      journal.append({ type: 'closed', epoch: 'e', at: 1 });
      console.log(JSON.stringify([code, journal.records().map(({ type }) => type)]));`);
    expect(found).toEqual(['EFBIG', ['epoch', 'closed']]);
  });

  it('that cannot be read is not taken for an empty one', () => {
    const found = limited(`
      import { mkdirSync, rmSync } from 'node:fs';
      const read = (ask) => { try { return ask().length; } catch ({ code, syscall }) { return code + ' ' + syscall; } };
      const file = process.argv[1];
      const journal = openJournal(file);
      const before = read(journal.records);
      rmSync(file);
      const none = read(journal.records);
      mkdirSync(file);
      const found = [before, none, read(journal.records), read(() => openJournal(file))];
      console.log(JSON.stringify(found));`);
    expect(found).toEqual([0, 0, 'EISDIR read', 'EISDIR read']);
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
