/** Servers that the guardian keeps beside the commands. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../src/guardian/protocol.ts';
import type { ServiceEnded } from '../../src/processes/guardian.ts';
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

describe('a service', () => {
  it('runs with its environment in its folder, and what it says is in its log', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const started = await guardian.startService(
      service('web', folder, 'echo $NAME in $(pwd) >&2; sleep 1000'),
    );
    expect(started).toMatchObject({ name: 'web', status: 'running' });
    await eventually(
      () => readFileSync(path.join(folder, 'web.log'), 'utf8') === `web in ${folder}\n`,
    );
    expect(await guardian.services()).toEqual([started]);
  });

  it('started twice is one', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const first = await guardian.startService(service('web', folder, 'sleep 1000'));
    expect(await guardian.startService(service('web', folder, 'sleep 1000'))).toEqual(first);
  });

  it('is stopped with the signal it wants', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const shell = `trap 'echo fast; exit 0' INT; echo ready; while :; do sleep 0.02; done`;
    await guardian.startService(service('db', folder, shell, { stopSignal: 'SIGINT' }));
    await eventually(() => readFileSync(path.join(folder, 'db.log'), 'utf8') === 'ready\n');
    expect(await guardian.stopService('db')).toEqual({
      name: 'db',
      status: 'ended',
      code: 0,
      signal: null,
      asked: true,
    });
    expect(readFileSync(path.join(folder, 'db.log'), 'utf8')).toBe('ready\nfast\n');
    expect(await guardian.stopService('no such')).toBeNull();
  });

  it('that does not listen is killed after its time, and its children with it', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const pids = path.join(folder, 'pids');
    const shell = `trap '' TERM; sleep 1000 & echo $! >> ${pids}; echo $$ >> ${pids}; wait`;
    await guardian.startService(service('web', folder, shell, { stopTimeoutMs: 200 }));
    const running = await pidsIn(pids, 2);
    expect(await guardian.stopService('web')).toMatchObject({ signal: 'SIGKILL', asked: true });
    expect(running.map(isAlive)).toEqual([false, false]);
  });

  it('that ends by itself is told of, and can be started again', async () => {
    const guardian = await guardianOfTest();
    const other = await connectionTo(guardian);
    const told: ServiceEnded[] = [];
    other.onServiceEnded((ended) => told.push(ended));
    const folder = temporaryFolder();
    await guardian.startService(service('web', folder, 'exit 3'));
    await eventually(() => told.length > 0);
    expect(told).toEqual([{ name: 'web', status: 'ended', code: 3, signal: null, asked: false }]);
    expect(await guardian.startService(service('web', folder, 'sleep 1000'))).toMatchObject({
      status: 'running',
    });
  });

  it('whose program does not exist is an error, and the next one starts', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const missing = { ...service('web', folder, ''), command: '/no/such/program' };
    await expect(guardian.startService(missing)).rejects.toMatchObject({ reason: 'failed' });
    expect(await guardian.startService(service('web', folder, 'sleep 1000'))).toMatchObject({
      status: 'running',
    });
  });

  it.runIf(process.getuid?.() === 0)('can run as another user', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const nobody = { uid: 65534, gid: 65534, cwd: '/' };
    await guardian.startService(service('db', folder, 'id -u; id -g; sleep 1000', nobody));
    const log = () => readFileSync(path.join(folder, 'db.log'), 'utf8');
    await eventually(() => log().split('\n').length === 3);
    expect(log()).toBe('65534\n65534\n');
  });
});

describe('services at the end', () => {
  it('are stopped after the commands, the last started first', async () => {
    const dataDir = temporaryFolder();
    const log = path.join(dataDir, 'order');
    const main = await startMain(dataDir, 10_000);
    const client = await connectionTo(main);
    const told = (name: string) =>
      `trap 'echo ${name} >> ${log}; exit 0' TERM; echo 0 >> ${log}.ready; while :; do sleep 0.02; done`;
    for (const name of ['first', 'second'])
      await client.startService(service(name, dataDir, told(name)));
    client.submit(command(1, told('command')));
    await pidsIn(`${log}.ready`, 3);
    await killHard(main.process);
    await eventually(() => !isAlive(main.guardianPid));
    expect(readFileSync(log, 'utf8')).toBe('command\nsecond\nfirst\n');
  });

  it('that ended long ago leave nothing behind, not even for the next guardian', async () => {
    const dataDir = temporaryFolder();
    const pids = path.join(dataDir, 'pids');
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    const told: ServiceEnded[] = [];
    client.onServiceEnded((ended) => told.push(ended));
    await client.startService(service('web', dataDir, `setsid sleep 1000 & echo $! >> ${pids}`));
    await eventually(() => told.length === 1);
    const [child = 0] = await pidsIn(pids, 1);
    process.kill(main.guardianPid, 'SIGKILL');
    await killHard(main.process);
    expect(isAlive(child)).toBe(true);
    await guardianOfTest({ dataDir });
    expect(isAlive(child)).toBe(false);
  });

  it('are found by the next guardian when theirs was killed', async () => {
    const dataDir = temporaryFolder();
    const log = path.join(dataDir, 'order');
    const main = await startMain(dataDir);
    const client = await connectionTo(main);
    // Like Postgres it overwrites its environment, so that only pid and start tell who it is.
    const shell = `trap 'echo stopped >> ${log}; exit 0' INT; echo $$ >> ${log}.ready; while :; do sleep 0.02; done`;
    const unmarked = {
      command: '/usr/bin/env',
      args: ['-i', 'PATH=/usr/bin:/bin', 'sh', '-c', shell],
    };
    await client.startService({
      ...service('db', dataDir, shell, { stopSignal: 'SIGINT' }),
      ...unmarked,
    });
    const [pid = 0] = await pidsIn(`${log}.ready`, 1);
    process.kill(main.guardianPid, 'SIGKILL');
    await killHard(main.process);
    expect(isAlive(pid)).toBe(true);
    await guardianOfTest({ dataDir });
    expect(isAlive(pid)).toBe(false);
    expect(readFileSync(log, 'utf8')).toBe('stopped\n');
  });
});

function service(
  name: string,
  folder: string,
  shell: string,
  given: Partial<Service> = {},
): Service {
  return {
    name,
    command: '/bin/sh',
    args: ['-c', shell],
    env: { PATH: '/usr/bin:/bin', NAME: name },
    cwd: folder,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5000,
    logFile: path.join(folder, `${name}.log`),
    ...given,
  };
}
