/** Processes that escape by every means: found in the control group where the system has one, by their marker elsewhere. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Guardian } from '../../src/processes/guardian.ts';
import { enterCgroup, placeForCgroup, removeCgroup } from '../../src/guardian/cgroup.ts';
import {
  command,
  connectionTo,
  eventually,
  guardianOfTest,
  isAlive,
  killHard,
  pidsIn,
  startMain,
} from '../support/guardian.ts';
import { shortest } from '../support/shortest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Forked twice, in a session of its own, without an environment, deaf to TERM: its parent is long gone when it writes its pid. */
const escape = (pids: string) =>
  `(env -i setsid sh -c "(trap '' TERM; sh -c 'echo \\$PPID' >> ${pids}; while :; do /bin/sleep 0.1; done) >/dev/null 2>&1 &" &)`;

/** Where the guardian's commands are; null where this machine gives it none. */
function cgroupOf(pid: number): string | null {
  const line = readFileSync(`/proc/${pid}/cgroup`, 'latin1')
    .split('\n')
    .find((one) => one.startsWith('0::'));
  const own = line?.slice('0::'.length) ?? '';
  const mounted = readFileSync('/proc/self/mountinfo', 'latin1')
    .split('\n')
    .find((one) => one.includes(' - cgroup2 '));
  return own.includes('kuroko-') ? path.join(mounted?.split(' ')[4] ?? '', own) : null;
}

async function startServer(guardian: Guardian, name: string): Promise<number> {
  const status = await guardian.startService({
    name,
    command: '/bin/sleep',
    args: ['1000'],
    env: {},
    cwd: '/',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 1000,
    logFile: path.join(temporaryFolder(), 'log'),
  });
  if (status.status !== 'running') throw new Error('it runs');
  return status.pid;
}

/** Tried, as the guardian does; said aloud where it cannot be. */
function canHaveCgroup(): boolean {
  const place = placeForCgroup(`of-the-test-${process.pid}`);
  const cgroup = place === null ? null : enterCgroup(place);
  cgroup?.leave();
  if (place !== null) removeCgroup(place);
  return cgroup !== null;
}

describe.skipIf(!canHaveCgroup())('with a control group', () => {
  it('what escaped by every means is ended with the command that is stopped, when no other ran', async () => {
    const takes = async () => {
      const guardian = await guardianOfTest();
      const pids = path.join(temporaryFolder(), 'pids');
      guardian.submit(command(1, `${escape(pids)}; sleep 1000`));
      const [pid = 0] = await pidsIn(pids, 1);
      const from = performance.now();
      expect(await guardian.stop(1, 300)).toMatchObject({ groupEmpty: true });
      const took = performance.now() - from;
      expect(isAlive(pid)).toBe(false);
      return took;
    };
    expect(await shortest(300 + 2000, takes)).toBeLessThan(300 + 2000);
  });

  it('also when another is started meanwhile, which is left alone with all that it starts', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const [mine, others] = [path.join(folder, 'mine'), path.join(folder, 'others')];
    guardian.submit(command(1, `${escape(mine)}; sleep 1000`));
    const [pid = 0] = await pidsIn(mine, 1);
    guardian.submit(command(2, `${escape(others)}; sleep 1000`));
    const [other = 0] = await pidsIn(others, 1);
    expect(await guardian.stop(1, 300)).toMatchObject({ groupEmpty: true });
    expect([isAlive(pid), isAlive(other)]).toEqual([false, true]);
    expect(await guardian.observe(2)).toMatchObject({ status: 'running' });
    await guardian.end(300);
    expect(isAlive(other)).toBe(false);
  });

  it('the result of a command says what escaped, and a stop ends it', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    guardian.submit(command(1, `${escape(pids)}; while [ ! -s ${pids} ]; do sleep 0.01; done`));
    const ended = await guardian.ended(1);
    const [pid = 0] = await pidsIn(pids, 1);
    expect(ended).toMatchObject({ code: 0, groupEmpty: false });
    expect(ended.leftovers).toContain(pid);
    guardian.submit(command(2, 'true'));
    expect(await guardian.ended(2)).toMatchObject({ groupEmpty: true, leftovers: [] });
    expect(await guardian.stop(1, 300)).toMatchObject({ groupEmpty: true });
    expect(isAlive(pid)).toBe(false);
    expect(await guardian.observe(1)).toMatchObject({ groupEmpty: true, leftovers: [] });
  });

  it('a daemon that kept its marker is told of although other commands run', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'sleep 1000'));
    guardian.submit(command(2, 'setsid sleep 1000 >/dev/null 2>&1 & sleep 0.1'));
    const ended = await guardian.ended(2);
    expect(ended).toMatchObject({ code: 0, groupEmpty: false });
    expect(ended.leftovers).toHaveLength(1);
    expect(await guardian.stop(2, 300)).toMatchObject({ groupEmpty: true });
    expect(await guardian.observe(1)).toMatchObject({ status: 'running' });
  });

  it('no server is in it', async () => {
    const guardian = await guardianOfTest();
    const pid = await startServer(guardian, 'server');
    expect(cgroupOf(guardian.pid)).not.toBeNull();
    expect(cgroupOf(pid)).toBeNull();
    guardian.submit(command(1, 'cat /proc/self/cgroup'));
    expect((await guardian.ended(1)).output?.toString()).toContain(guardian.epoch);
  });

  it('is every command that is started at the same moment as a server', async () => {
    const guardian = await guardianOfTest();
    const ids = Array.from({ length: 200 }, (_, index) => index);
    const servers: Promise<number>[] = [];
    for (const id of ids) {
      guardian.submit(command(id, 'cat /proc/self/cgroup; exec sleep 0.2'));
      if (id % 20 === 19) servers.push(startServer(guardian, `server ${id}`));
    }
    const ended = await Promise.all(ids.map((id) => guardian.ended(id)));
    const outside = ended.filter(({ output }) => !output?.toString().includes(guardian.epoch));
    expect(outside.map(({ id }) => id)).toEqual([]);
    for (const pid of await Promise.all(servers)) expect(cgroupOf(pid)).toBeNull();
  });

  it('nothing of it is left in the system when the guardian has ended', async () => {
    const guardian = await guardianOfTest();
    const cgroup = cgroupOf(guardian.pid) ?? '';
    expect(existsSync(cgroup)).toBe(true);
    guardian.submit(command(1, 'sleep 1000'));
    await guardian.end(100);
    await eventually(() => !existsSync(cgroup));
  });

  it('after kill -9 of main and guardian the next start ends all of it', async () => {
    const { dataDir, pid, cgroup } = await orphanedByKill(true);
    expect(isAlive(pid)).toBe(true);
    await guardianOfTest({ dataDir });
    expect(isAlive(pid)).toBe(false);
    expect(cgroup).not.toBeNull();
    expect(existsSync(cgroup ?? '')).toBe(false);
  });
});

describe('without a control group', () => {
  it('a command runs, and what kept its marker is found', async () => {
    const guardian = await guardianOfTest({ cgroup: false });
    const pids = path.join(temporaryFolder(), 'pids');
    expect(cgroupOf(guardian.pid)).toBeNull();
    guardian.submit(
      command(1, `(setsid sh -c 'echo $$ >> ${pids}; exec sleep 1000' &); sleep 1000`),
    );
    const [pid = 0] = await pidsIn(pids, 1);
    expect(await guardian.stop(1, 300)).toMatchObject({ groupEmpty: true });
    expect(isAlive(pid)).toBe(false);
  });

  it('after kill -9 of main and guardian the next start ends what kept its marker', async () => {
    const { dataDir, marked } = await orphanedByKill(false);
    expect(isAlive(marked)).toBe(true);
    await guardianOfTest({ dataDir, cgroup: false });
    expect(isAlive(marked)).toBe(false);
  });
});

/** A daemon with its marker and one without, of a guardian that was killed with its main. */
async function orphanedByKill(withCgroup: boolean) {
  const dataDir = temporaryFolder();
  const folder = temporaryFolder();
  const [hidden, open] = [path.join(folder, 'hidden'), path.join(folder, 'open')];
  const main = await startMain(dataDir, 300, withCgroup);
  const client = await connectionTo(main);
  const shell = `${withCgroup ? escape(hidden) : ':'}; (setsid sh -c 'echo $$ >> ${open}; exec sleep 1000' &); sleep 1000`;
  client.submit(command(1, shell));
  const [marked = 0] = await pidsIn(open, 1);
  const [pid = 0] = withCgroup ? await pidsIn(hidden, 1) : [];
  const cgroup = cgroupOf(main.guardianPid);
  process.kill(main.guardianPid, 'SIGKILL');
  await killHard(main.process);
  return { dataDir, pid, marked, cgroup };
}
