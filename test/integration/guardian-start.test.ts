/** Taking possession of a data folder: from nobody, from a live guardian, from one that ends, from one that was killed. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askHello } from '../../src/guardian/ask-hello.ts';
import {
  command,
  connectionTo,
  guardianOfTest,
  isAlive,
  killHard,
  pidsIn,
  startMain,
  eventually,
} from '../support/guardian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a start', () => {
  it('makes the data folder for this user alone', async () => {
    const dataDir = path.join(temporaryFolder(), 'new', 'data');
    const guardian = await guardianOfTest({ dataDir });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(dataDir, 'guardian')).mode & 0o777).toBe(0o700);
    expect(guardian.socketPath).toBe(path.join(dataDir, 'guardian', 'socket'));
    expect(guardian.bootId).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  });

  it('in a folder with a long path puts the socket into a short one, and removes that at the end', async () => {
    const dataDir = path.join(temporaryFolder(), 'long'.repeat(40));
    const guardian = await guardianOfTest({ dataDir });
    const folder = path.dirname(guardian.socketPath);
    expect(Buffer.byteLength(guardian.socketPath)).toBeLessThan(100);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(path.join(dataDir, 'guardian', 'endpoint'), 'utf8').trim()).toBe(
      guardian.socketPath,
    );
    guardian.submit(command(1, 'echo works'));
    expect((await guardian.ended(1)).code).toBe(0);
    await guardian.end(0);
    await eventually(() => !existsSync(folder));
  });

  it('in a folder that is in use is refused with the pid of who has it, and harms nothing', async () => {
    const dataDir = temporaryFolder();
    const first = await guardianOfTest({ dataDir });
    first.submit(command(1, 'sleep 0.3; echo done'));
    await expect(guardianOfTest({ dataDir })).rejects.toMatchObject({
      reason: 'taken',
      message: `Kuroko is already running with this data folder (guardian: process ${first.pid}).`,
    });
    expect((await first.ended(1)).output?.toString()).toBe('done\n');
  });

  it('of two at once succeeds exactly once, every time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const dataDir = temporaryFolder();
      const starts = await Promise.allSettled([1, 2, 3].map(() => guardianOfTest({ dataDir })));
      expect(starts.map(({ status }) => status).toSorted()).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
      ]);
      const refused = starts.flatMap((start) =>
        start.status === 'rejected' ? [start.reason] : [],
      );
      expect(refused).toEqual(
        [1, 2].map(() => expect.objectContaining({ reason: 'taken' }) as unknown),
      );
    }
  });

  it('while the former guardian ends its commands waits for it, and says so', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir, 60_000);
    const client = await connectionTo(main);
    client.submit(command(1, `trap '' TERM; echo ready; while :; do sleep 0.05; done`));
    await eventually(async () => (await client.read(1, 0))?.size === 6);
    await killHard(main.process);
    // It hears of the death a moment later: until then it is one that has the folder, and nobody waits for that.
    await eventually(async () => (await askHello(main.socketPath))?.state === 'ending');
    const waits: string[] = [];
    const start = guardianOfTest({ dataDir, onWait: (message) => waits.push(message) });
    const wait = `Waiting for the former guardian (process ${main.guardianPid}) to end its commands.`;
    await eventually(() => waits.includes(wait));
    expect(isAlive(main.guardianPid)).toBe(true);
    await client.end(0);
    const next = await start;
    expect(isAlive(main.guardianPid)).toBe(false);
    expect(await next.lastWords(1, client.epoch)).toMatchObject({
      signal: 'SIGKILL',
      endedBy: 'guardian',
    });
  });

  it('waits no longer than it was told to', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir, 20_000);
    const client = await connectionTo(main);
    client.submit(command(1, `trap '' TERM; echo ready; while :; do sleep 0.05; done`));
    await eventually(async () => (await client.read(1, 0))?.size === 6);
    await killHard(main.process);
    const from = performance.now();
    await expect(guardianOfTest({ dataDir, waitMs: 200 })).rejects.toMatchObject({
      reason: 'taken',
    });
    expect(performance.now() - from).toBeLessThan(5000);
    // A shorter grace is kept to also when it is already ending.
    await client.end(0);
    await eventually(() => !isAlive(main.guardianPid));
  });

  it('that cannot write there says why', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(path.join(dataDir, 'guardian', 'journal'), { recursive: true });
    await expect(guardianOfTest({ dataDir })).rejects.toMatchObject({ reason: 'failed' });
  });
});

describe('after a kill -9 of the guardian', () => {
  it('the next one ends what was left running, and says what it found', async () => {
    const dataDir = temporaryFolder();
    const pids = path.join(dataDir, 'pids');
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    client.submit(command(1, `trap '' TERM; echo $$ >> ${pids}; while :; do sleep 0.05; done`));
    client.submit(command(2, `setsid sh -c 'echo $$ >> ${pids}; sleep 1000' & wait`));
    client.submit(command(3, 'true'));
    await client.ended(3);
    const alive = await pidsIn(pids, 2);
    process.kill(main.guardianPid, 'SIGKILL');
    await eventually(() => !isAlive(main.guardianPid));
    expect(alive.map(isAlive)).toEqual([true, true]);

    const next = await guardianOfTest({ dataDir });
    expect(alive.map(isAlive)).toEqual([false, false]);
    for (const id of [1, 2]) {
      const words = await next.lastWords(id, client.epoch);
      expect(words).toMatchObject({
        seenBy: 'next',
        endedBy: 'guardian',
        code: null,
        groupEmpty: true,
      });
    }
    expect(await next.lastWords(3, client.epoch)).toMatchObject({
      seenBy: 'none',
      endedBy: 'unknown',
      groupEmpty: true,
    });
    expect(await next.list()).toEqual([]);
    next.submit(command(1, 'echo new'));
    expect((await next.ended(1)).output?.toString()).toBe('new\n');
  });

  it('the next one spares strangers: other markers, and a pid that was given away again', async () => {
    const dataDir = temporaryFolder();
    const pids = path.join(dataDir, 'pids');
    // A command of another Kuroko, which goes on running.
    const other = await guardianOfTest();
    other.submit(command(1, `echo $$ >> ${pids}; sleep 1000`));
    const [stranger = 0] = await pidsIn(pids, 1);
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    process.kill(main.guardianPid, 'SIGKILL');
    await killHard(main.process);
    // As if the stranger had got the pid of a service that had started at another time, or before a reboot.
    const journal = path.join(dataDir, 'guardian', 'journal');
    const service = {
      type: 'service',
      epoch: client.epoch,
      name: 'db',
      pid: stranger,
      pidStart: 1,
    };
    const stop = { stopSignal: 'SIGTERM', stopTimeoutMs: 0 };
    const records = [
      { ...service, ...stop },
      { type: 'epoch', epoch: 'of another boot', bootId: 'another', at: 1 },
      { ...service, ...stop, epoch: 'of another boot' },
    ];
    writeFileSync(journal, records.map((record) => `${JSON.stringify(record)}\n`).join(''), {
      flag: 'a',
    });
    const next = await guardianOfTest({ dataDir });
    expect(isAlive(stranger)).toBe(true);
    expect(await next.lastWords(9, 'of another boot')).toMatchObject({
      seenBy: 'none',
      groupEmpty: true,
    });
    await other.stop(1, 0);
  });

  it('the next one takes over although the last line of the journal was cut short', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    process.kill(main.guardianPid, 'SIGKILL');
    await killHard(main.process);
    writeFileSync(path.join(dataDir, 'guardian', 'journal'), '{"type":"lastWo', { flag: 'a' });
    const next = await guardianOfTest({ dataDir });
    expect(await next.lastWords(1, client.epoch)).toMatchObject({ seenBy: 'none' });
    expect(readdirSync(path.join(dataDir, 'guardian')).toSorted()).toEqual(
      ['endpoint', 'guardian.log', 'journal', 'lock', 'socket'].toSorted(),
    );
  });

  it('a main that lives starts another guardian in its place', async () => {
    const dataDir = temporaryFolder();
    const first = await guardianOfTest({ dataDir });
    const closed = new Promise<void>((resolve) => void first.onClose(resolve));
    first.submit(command(1, 'sleep 1000'));
    process.kill(first.pid, 'SIGKILL');
    await closed;
    const second = await guardianOfTest({ dataDir });
    expect(second.epoch).not.toBe(first.epoch);
    second.submit(command(2, 'echo on'));
    expect((await second.ended(2)).code).toBe(0);
  });
});

describe('a command that restarts Kuroko', () => {
  it('is ended by the next guardian, which carries its marker and spares itself', async () => {
    const dataDir = temporaryFolder();
    const pids = path.join(dataDir, 'pids');
    const module = new URL('../../dist/src/processes/start-guardian.js', import.meta.url).href;
    const restart = `
      const { startGuardian } = await import('${module}');
      const { writeFileSync } = await import('node:fs');
      const guardian = await startGuardian({ dataDir: '${dataDir}', graceMs: 300 });
      writeFileSync('${dataDir}/next', guardian.socketPath);
      setInterval(() => undefined, 60_000);`;
    writeFileSync(path.join(dataDir, 'restart.mjs'), restart);
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    const start = `'${process.execPath}' ${dataDir}/restart.mjs & echo \\$! >> ${pids}`;
    client.submit(
      command(
        1,
        `sleep 1000 & echo $! >> ${pids}; kill -9 ${main.guardianPid}; setsid sh -c "${start}"`,
      ),
    );
    const [sleep = 0, nextMain = 0] = await pidsIn(pids, 2);
    onTestFinished(() => void (isAlive(nextMain) && process.kill(nextMain, 'SIGKILL')));
    await eventually(() => existsSync(path.join(dataDir, 'next')));
    expect(isAlive(sleep)).toBe(false);
    expect(isAlive(nextMain)).toBe(true);
    const next = await connectionTo({
      socketPath: readFileSync(path.join(dataDir, 'next'), 'utf8'),
    });
    next.submit(command(2, 'echo on'));
    expect((await next.ended(2)).code).toBe(0);
    process.kill(nextMain, 'SIGKILL');
    await eventually(() => !isAlive(next.pid));
    await killHard(main.process);
  });
});
