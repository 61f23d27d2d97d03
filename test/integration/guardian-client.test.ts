/** What clients of one guardian can rely on: once means once, and nothing is forgotten before it is acknowledged. */

import { readFileSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectGuardian } from '../../src/processes/connect-guardian.ts';
import {
  command,
  connectionTo,
  guardianOfTest,
  killHard,
  startMain,
  eventually,
} from '../support/guardian.ts';
import { createGate } from '../support/gate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('submit', () => {
  it('repeated while the command runs, or after its end, starts it once', async () => {
    const guardian = await guardianOfTest();
    const file = path.join(temporaryFolder(), 'ran');
    const submission = command(1, `echo ran >> ${file}; sleep 0.1`);
    guardian.submit(submission);
    guardian.submit(submission);
    await guardian.ended(1);
    const other = await connectionTo(guardian);
    other.submit(submission);
    expect(await other.ended(1)).toEqual(await guardian.ended(1));
    expect(readFileSync(file, 'latin1')).toBe('ran\n');
  });

  it('repeated after the result was acknowledged is refused', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'true'));
    await guardian.ended(1);
    guardian.ack(1);
    expect(await guardian.observe(1)).toEqual({ status: 'unknown', id: 1 });
    guardian.submit(command(1, 'true'));
    await expect(guardian.ended(1)).rejects.toMatchObject({ reason: 'acknowledged' });
  });

  it('to a guardian that is ending is refused, and says that nothing was started', async () => {
    const guardian = await guardianOfTest();
    const other = await connectionTo(guardian);
    const gate = createGate();
    guardian.submit(command(1, `trap '' TERM; echo ready; ${gate.wait}`));
    await eventually(async () => (await guardian.read(1, 0))?.size === 6);
    const end = guardian.end(60_000);
    // What is asked on the connection after `end` is heard after it.
    guardian.submit(command(2, 'true'));
    await expect(guardian.ended(2)).rejects.toMatchObject({ reason: 'ending' });
    other.submit(command(3, 'true'));
    await expect(other.ended(3)).rejects.toMatchObject({ reason: 'ending' });
    gate.open();
    await end;
  });
});

describe('a result', () => {
  it('outlives the connection that submitted it', async () => {
    const guardian = await guardianOfTest();
    const submitter = await connectionTo(guardian);
    const gate = createGate();
    submitter.submit(command(1, `${gate.wait}; echo done`));
    await eventually(async () => (await guardian.observe(1)).status === 'running');
    submitter.close();
    await expect(submitter.ended(1)).rejects.toMatchObject({ reason: 'closed' });
    gate.open();
    expect((await guardian.ended(1)).output?.toString()).toBe('done\n');
    const third = await connectionTo(guardian);
    expect(await third.observe(1)).toMatchObject({ status: 'ended', code: 0 });
  });

  it('is listed until it is acknowledged, and an acknowledgement may ride on the next submit', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'true'));
    await guardian.ended(1);
    expect((await guardian.list()).map(({ id }) => id)).toEqual([1]);
    guardian.ack(1);
    guardian.submit(command(2, 'true'));
    await guardian.ended(2);
    expect((await guardian.list()).map(({ id }) => id)).toEqual([2]);
  });

  it('of a command that still runs cannot be acknowledged away', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'sleep 0.2; echo done'));
    guardian.ack(1);
    const other = await connectionTo(guardian);
    expect((await other.ended(1)).output?.toString()).toBe('done\n');
  });

  it('of an execution that nobody submitted is an error', async () => {
    const guardian = await guardianOfTest();
    await expect(guardian.ended(404)).rejects.toMatchObject({ reason: 'unknown' });
    expect(await guardian.observe(404)).toEqual({ status: 'unknown', id: 404 });
    expect(await guardian.read(404, 0)).toBeNull();
  });
});

describe('a running command', () => {
  it('is described by pid, start of the process and size of the output', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'echo hello; sleep 1000'));
    await eventually(async () => (await guardian.read(1, 0))?.size === 6);
    const running = await guardian.observe(1);
    if (running.status !== 'running') throw new Error('it runs');
    const fields = readFileSync(`/proc/${running.pid}/stat`, 'latin1').split(' ');
    expect(running.pidStart).toBe(Number(fields[21]));
    expect(await guardian.list()).toEqual([running]);
  });
});

describe('the socket', () => {
  it('is only for the user of the guardian', async () => {
    const guardian = await guardianOfTest();
    expect(statSync(guardian.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(guardian.socketPath)).mode & 0o777).toBe(0o700);
  });

  it('turns away who speaks something else, and goes on with the others', async () => {
    const guardian = await guardianOfTest();
    const stranger = createConnection(guardian.socketPath);
    stranger.resume().write('GET / HTTP/1.1\r\n\r\n');
    await once(stranger, 'close');
    guardian.submit(command(1, 'true'));
    expect((await guardian.ended(1)).code).toBe(0);
  });

  it('that nobody listens on is an error with the path', async () => {
    await expect(connectGuardian('/nowhere/socket')).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('/nowhere/socket') as string,
    });
  });

  it('tells its clients when the guardian is gone, and rejects what they wait for', async () => {
    const main = await startMain(temporaryFolder(), 0);
    const client = await connectionTo(main);
    let closed = 0;
    client.onClose(() => (closed += 1));
    client.submit(command(1, 'sleep 1000'));
    await eventually(async () => (await client.observe(1)).status === 'running');
    const ended = client.ended(1).catch((error: unknown) => error);
    process.kill(main.guardianPid, 'SIGKILL');
    expect(await ended).toMatchObject({ reason: 'closed' });
    expect(closed).toBe(1);
    await expect(client.list()).rejects.toMatchObject({ reason: 'closed' });
    await killHard(main.process);
  });
});
