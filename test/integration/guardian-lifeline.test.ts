/** When main is gone: nothing outlives it, and what it did not write down is written down. */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
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

describe('kill -9 of main', () => {
  it('ends commands that ignore TERM, what left their session, and the guardian', async () => {
    const dataDir = temporaryFolder();
    const pids = path.join(dataDir, 'pids');
    const main = await startMain(dataDir, 300);
    const client = await connectionTo(main);
    const stubborn = `trap '' TERM; echo $$ >> ${pids}; while :; do sleep 0.05; done`;
    client.submit(command(1, stubborn));
    client.submit(
      command(
        2,
        `setsid sh -c "trap '' TERM; echo \\$\\$ >> ${pids}; sleep 1000; sleep 1000" & wait`,
      ),
    );
    client.submit(command(3, `sleep 1000 >/dev/null 2>&1 & echo $! >> ${pids}`));
    await client.ended(3);
    const alive = await pidsIn(pids, 3);
    expect(alive.map(isAlive)).toEqual([true, true, true]);
    await killHard(main.process);
    await eventually(() => !isAlive(main.guardianPid));
    expect(alive.map(isAlive)).toEqual([false, false, false]);
    expect(existsSync(client.socketPath)).toBe(false);
  });

  it('gives commands the grace that was told last, not that of its start', async () => {
    // Longer than a test may take.
    const main = await startMain(temporaryFolder(), 600_000);
    const client = await connectionTo(main);
    await client.setGrace(300);
    client.submit(command(1, `trap '' TERM; echo ready; while :; do sleep 0.05; done`));
    await eventually(async () => (await client.read(1, 0))?.size === 6);
    const ended = client.ended(1);
    await killHard(main.process);
    expect(await ended).toMatchObject({ signal: 'SIGKILL', endedBy: 'guardian', groupEmpty: true });
    await eventually(() => !isAlive(main.guardianPid));
  });

  it('and of its whole process group misses the guardian, which ends all in order', async () => {
    const main = await startMain(temporaryFolder());
    const client = await connectionTo(main);
    client.submit(command(1, 'sleep 1000'));
    const ended = client.ended(1);
    const { pid = 0 } = main.process;
    process.kill(-pid, 'SIGKILL');
    expect(await ended).toMatchObject({ signal: 'SIGTERM', endedBy: 'guardian', groupEmpty: true });
    await eventually(() => !isAlive(main.guardianPid));
  });

  it('leaves last words: how each command ended, what it wrote, and that nothing is left', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    client.submit(command(1, 'echo finished; exit 4'));
    client.submit(command(2, 'echo begun; sleep 1000'));
    client.submit(command(3, 'true'));
    await client.ended(1);
    await client.ended(3);
    client.ack(3);
    await eventually(async () => (await client.read(2, 0))?.size === 6);
    await killHard(main.process);
    await eventually(() => !isAlive(main.guardianPid));

    const next = await guardianOfTest({ dataDir });
    expect(next.epoch).not.toBe(client.epoch);
    const finished = await next.lastWords(1, client.epoch);
    expect(finished).toMatchObject({
      code: 4,
      endedBy: 'itself',
      groupEmpty: true,
      seenBy: 'itself',
      outputSize: 9,
    });
    expect(finished?.outputTail.toString()).toBe('finished\n');
    const ended = await next.lastWords(2, client.epoch);
    expect(ended).toMatchObject({
      code: null,
      signal: 'SIGTERM',
      endedBy: 'guardian',
      groupEmpty: true,
    });
    expect(ended?.outputTail.toString()).toBe('begun\n');
    // Acknowledged, or never submitted: nothing is said of it, but nothing of that guardian is left either.
    expect(await next.lastWords(3, client.epoch)).toMatchObject({
      seenBy: 'none',
      endedBy: 'unknown',
      groupEmpty: true,
    });
    expect(await next.lastWords(2)).toEqual(ended);
    expect(await next.lastWords(2, 'another epoch')).toBeNull();
    expect(await next.lastWords(404)).toBeNull();
  });

  it('keeps the last 64 KB of a long output', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    client.submit(command(1, 'seq 1 100000'));
    await client.ended(1);
    await killHard(main.process);
    await eventually(() => !isAlive(main.guardianPid));
    const next = await guardianOfTest({ dataDir });
    const words = await next.lastWords(1, client.epoch);
    expect(words?.outputTail.length).toBe(64 * 1024);
    expect(words?.outputTail.toString().endsWith('99999\n100000\n')).toBe(true);
  });
});

describe('an orderly end', () => {
  it('stops the commands, tells their ends to those that are connected, and is over when it resolves', async () => {
    const guardian = await guardianOfTest();
    const client = await connectionTo(guardian);
    client.submit(command(1, 'sleep 1000'));
    await eventually(async () => (await client.observe(1)).status === 'running');
    const ended = client.ended(1);
    await guardian.end(1000);
    expect(await ended).toMatchObject({ signal: 'SIGTERM', endedBy: 'guardian', groupEmpty: true });
    await eventually(() => !isAlive(guardian.pid));
    expect(existsSync(guardian.socketPath)).toBe(false);
  });

  it('is not what a signal to the guardian means as long as it has a main, whoever sends it', async () => {
    const guardian = await guardianOfTest();
    process.kill(guardian.pid, 'SIGINT');
    process.kill(guardian.pid, 'SIGHUP');
    process.kill(guardian.pid, 'SIGTERM');
    guardian.submit(command(1, 'kill $PPID; echo alive'));
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({ code: 0, endedBy: 'itself' });
    expect(ended.output?.toString()).toBe('alive\n');
    guardian.submit(command(2, 'true'));
    expect(await guardian.ended(2)).toMatchObject({ code: 0 });
  });

  it('is what a TERM means while it waits for the next main', async () => {
    const main = await startMain(temporaryFolder());
    const client = await connectionTo(main);
    client.submit(command(1, 'sleep 1000'));
    await client.handover(60);
    await killHard(main.process);
    const ended = client.ended(1);
    // The tie is broken a moment after main is gone.
    await eventually(() => {
      if (isAlive(main.guardianPid)) process.kill(main.guardianPid, 'SIGTERM');
      return !isAlive(main.guardianPid);
    });
    expect(await ended).toMatchObject({ endedBy: 'guardian', groupEmpty: true });
  });

  it('finds what a command starts when it is told to end', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    const again = `again() { sleep 1000 & echo $! >> ${pids}; exit 0; }; trap again TERM`;
    guardian.submit(command(1, `${again}; echo $$ >> ${pids}; while :; do sleep 0.02; done`));
    await pidsIn(pids, 1);
    const end = guardian.end(60_000);
    const started = await pidsIn(pids, 2);
    // A shorter grace is kept to also when it is already ending.
    await Promise.all([end, guardian.end(0)]);
    expect(started.map(isAlive)).toEqual([false, false]);
  });
});

describe('an announced restart', () => {
  it('keeps commands, output and results for the next main', async () => {
    const dataDir = temporaryFolder();
    const gate = path.join(dataDir, 'gate');
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    client.submit(command(1, 'echo finished; exit 4'));
    client.submit(command(2, `echo begun; while [ ! -e ${gate} ]; do sleep 0.01; done; echo done`));
    await client.ended(1);
    await eventually(async () => (await client.read(2, 0))?.size === 6);
    await client.handover(60);
    await killHard(main.process);

    const next = await guardianOfTest({ dataDir });
    expect(next.epoch).toBe(client.epoch);
    expect(next.pid).toBe(main.guardianPid);
    expect(await next.observe(1)).toMatchObject({ status: 'ended', code: 4 });
    expect(await next.observe(2)).toMatchObject({ status: 'running', outputSize: 6 });
    next.submit(command(3, `touch ${gate}`));
    expect((await next.ended(2)).output?.toString()).toBe('begun\ndone\n');
  });

  it('counts once: when the next main goes unannounced, all ends', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    client.submit(command(1, 'sleep 1000'));
    await client.handover(60);
    await killHard(main.process);
    const next = await startMain(dataDir);
    expect(next.guardianPid).toBe(main.guardianPid);
    const ended = client.ended(1);
    await killHard(next.process);
    expect(await ended).toMatchObject({ endedBy: 'guardian', groupEmpty: true });
    await eventually(() => !isAlive(main.guardianPid));
  });

  it('is over when nobody comes in time', async () => {
    const main = await startMain(temporaryFolder());
    const client = await connectionTo(main);
    client.submit(command(1, 'sleep 1000'));
    await client.handover(0.3);
    const ended = client.ended(1);
    // The guardian may know of the death before this process does.
    const from = performance.now();
    await killHard(main.process);
    expect(await ended).toMatchObject({ endedBy: 'guardian' });
    expect(performance.now() - from).toBeGreaterThanOrEqual(290);
    await eventually(() => !isAlive(main.guardianPid));
  });

  it('lets the next main wait until the former has left', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    await client.handover(60);
    const waits: string[] = [];
    const next = guardianOfTest({ dataDir, onWait: (message) => waits.push(message) });
    await eventually(() => waits.length > 0);
    expect(waits).toEqual([
      `Waiting for the former Kuroko to leave its guardian (process ${main.guardianPid}).`,
    ]);
    await killHard(main.process);
    expect((await next).pid).toBe(main.guardianPid);
  });

  it('has room for one next main only', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    await client.handover(60);
    await killHard(main.process);
    const starts = await Promise.allSettled([
      guardianOfTest({ dataDir }),
      guardianOfTest({ dataDir }),
    ]);
    expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = starts.find((start) => start.status === 'rejected');
    expect(refused?.reason).toMatchObject({ reason: 'taken' });
  });
});

describe('a main that was never killed', () => {
  it('keeps its guardian, whoever else comes and goes', async () => {
    const main = await startMain(temporaryFolder());
    const client = await connectionTo(main);
    client.close();
    const again = await connectionTo(main);
    again.submit(command(1, 'echo on'));
    expect((await again.ended(1)).code).toBe(0);
    const gone = once(main.process, 'exit');
    main.process.kill('SIGTERM');
    await gone;
    await eventually(() => !isAlive(main.guardianPid));
  });
});
