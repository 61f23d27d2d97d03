/** Stopping commands: everything that belongs to them, and the proof that nothing of it is left. */

import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, guardianOfTest, isAlive, pidsIn, eventually } from '../support/guardian.ts';
import { shortest } from '../support/shortest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('stop', () => {
  it('ends a command with TERM, at once when it listens', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(
      command(1, `trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done`),
    );
    await eventually(async () => (await guardian.read(1, 0))?.size === 6);
    const from = performance.now();
    expect(await guardian.stop(1, 10_000)).toEqual({ status: 'stopped', id: 1, groupEmpty: true });
    expect(performance.now() - from).toBeLessThan(5000);
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({ code: 5, signal: null, endedBy: 'stop', groupEmpty: true });
    expect(ended.output?.toString()).toContain('bye\n');
  });

  it('ends commands that are just being started, and those that wait for it', async () => {
    const guardian = await guardianOfTest();
    const ids = Array.from({ length: 50 }, (_, index) => index + 1);
    for (const id of ids) guardian.submit(command(id, 'exec sleep 1000'));
    const stopped = await Promise.all(ids.map((id) => guardian.stop(id, 300)));
    expect(stopped).toEqual(ids.map((id) => ({ status: 'stopped', id, groupEmpty: true })));
    const ended = await Promise.all(ids.map((id) => guardian.ended(id)));
    for (const { pid, signal, endedBy } of ended) {
      expect({ signal, endedBy }).toEqual({ signal: 'SIGTERM', endedBy: 'stop' });
      expect(isAlive(pid ?? 0)).toBe(false);
    }
  });

  it('kills what ignores TERM, but not before the grace is over', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    guardian.submit(
      command(1, `trap '' TERM; sleep 1000 & echo $! >> ${pids}; echo $$ >> ${pids}; wait`),
    );
    const [child = 0, shell = 0] = await pidsIn(pids, 2);
    const from = performance.now();
    const stopped = guardian.stop(1, 400);
    await eventually(() => !isAlive(child) || !isAlive(shell));
    expect(performance.now() - from).toBeGreaterThanOrEqual(395);
    expect(await stopped).toMatchObject({ groupEmpty: true });
    expect([isAlive(child), isAlive(shell)]).toEqual([false, false]);
    expect(await guardian.ended(1)).toMatchObject({
      signal: 'SIGKILL',
      endedBy: 'stop',
      groupEmpty: true,
    });
  });

  it('finds what left the group and the session', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    const escape = `setsid sh -c "trap '' TERM; echo \\$\\$ >> ${pids}; while :; do sleep 0.1; done"`;
    guardian.submit(command(1, `${escape} & sleep 1000`));
    const [escaped = 0] = await pidsIn(pids, 1);
    expect(await guardian.stop(1, 200)).toMatchObject({ groupEmpty: true });
    expect(isAlive(escaped)).toBe(false);
  });

  it('finds a daemon that was forked twice, has its own session and no parent of the command', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    const daemon = `(setsid sh -c "sh -c 'echo \\$\\$ >> ${pids}; exec sleep 1000' &" &)`;
    guardian.submit(command(1, `${daemon}; sleep 1000`));
    const [pid = 0] = await pidsIn(pids, 1);
    expect(await guardian.stop(1, 200)).toMatchObject({ groupEmpty: true });
    expect(isAlive(pid)).toBe(false);
  });

  it('finds a child that emptied its environment and took a session of its own', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    const hidden = `env -i setsid --wait sh -c 'trap "" TERM; echo $$ >> ${pids}; while :; do /bin/sleep 0.1; done'`;
    guardian.submit(command(1, `${hidden}; true`));
    const [pid = 0] = await pidsIn(pids, 1);
    expect(await guardian.stop(1, 200)).toMatchObject({ groupEmpty: true });
    expect(isAlive(pid)).toBe(false);
  });

  it('finds background jobs that the shell put into groups of their own', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    guardian.submit(command(1, `bash -c 'set -m; env -i sleep 1000 & echo $! >> ${pids}; wait'`));
    const [pid = 0] = await pidsIn(pids, 1);
    expect(await guardian.stop(1, 200)).toMatchObject({ groupEmpty: true });
    expect(isAlive(pid)).toBe(false);
  });

  it('wakes what is stopped, so that it can take the TERM', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'kill -STOP $$; echo never'));
    await eventually(async () => (await guardian.observe(1)).status === 'running');
    const from = performance.now();
    await guardian.stop(1, 10_000);
    expect(performance.now() - from).toBeLessThan(5000);
    expect(await guardian.ended(1)).toMatchObject({ signal: 'SIGTERM', endedBy: 'stop' });
  });

  it('does not wait for zombies', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    // A parent outside the group that never looks after its dead child.
    const neglect = `const { spawn } = require('node:child_process'); process.kill(process.pid, 'SIGSTOP');`;
    guardian.submit(
      command(1, `sleep 1000 & echo $! >> ${pids}; exec '${process.execPath}' -e "${neglect}"`),
    );
    const [zombie = 0] = await pidsIn(pids, 1);
    process.kill(zombie, 'SIGKILL');
    await eventually(() => !isAlive(zombie));
    expect(await guardian.stop(1, 5000)).toMatchObject({ groupEmpty: true });
  });

  it('leaves nothing of a command that does all of it, within the grace and two seconds', async () => {
    const guardian = await guardianOfTest();
    const takes = async (id: number) => {
      const pids = path.join(temporaryFolder(), 'pids');
      const stubborn = `trap '' TERM; echo $$ >> ${pids}; while :; do sleep 0.1; done`;
      const all = [
        `sh -c "${quoted(stubborn)}" &`,
        `setsid sh -c "${quoted(stubborn)}" &`,
        `(setsid sh -c "sh -c \\"${quoted(quoted(stubborn))}\\" &" &)`,
        `sh -c "trap '' TERM; echo \\$\\$ >> ${pids}; kill -STOP \\$\\$" &`,
        `setsid sh -c "echo \\$\\$ >> ${pids}; kill -STOP \\$\\$" &`,
        `sleep 1000 & echo $! >> ${pids}`,
        `sh -c 'sleep 0 & exec sleep 1000' &`,
      ];
      const ignoring = [`trap '' TERM`, 'echo ready', `while :; do sleep 1; done`];
      guardian.submit(command(id, [...all, ...ignoring].join('\n')));
      const alive = await pidsIn(pids, 6);
      await eventually(async () => (await guardian.read(id, 0))?.size === 6);
      expect(alive.map(isAlive)).toEqual(Array(6).fill(true));
      const from = performance.now();
      expect(await guardian.stop(id, 500)).toMatchObject({ groupEmpty: true });
      const took = performance.now() - from;
      expect(alive.map(isAlive)).toEqual(Array(6).fill(false));
      expect(await guardian.ended(id)).toMatchObject({ signal: 'SIGKILL', leftovers: [] });
      return took;
    };
    expect(await shortest(500 + 2000, takes)).toBeLessThan(500 + 2000);
  });

  it('leaves other commands alone', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'sleep 1000'));
    guardian.submit(command(2, 'sleep 1000'));
    await eventually(async () => (await guardian.list()).every((held) => held.pid !== null));
    await guardian.stop(1, 300);
    expect(await guardian.observe(2)).toMatchObject({ status: 'running' });
  });

  it('asked again with a shorter grace keeps to that', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, `trap '' TERM; echo ready; while :; do sleep 0.1; done`));
    await eventually(async () => (await guardian.read(1, 0))?.size === 6);
    const from = performance.now();
    const first = guardian.stop(1, 60_000);
    await guardian.stop(1, 0);
    expect(await first).toMatchObject({ groupEmpty: true });
    expect(performance.now() - from).toBeLessThan(5000);
  });

  it('also ends what an ended command left behind', async () => {
    const guardian = await guardianOfTest();
    const pids = path.join(temporaryFolder(), 'pids');
    guardian.submit(command(1, `sleep 1000 >/dev/null 2>&1 & echo $! >> ${pids}`));
    expect(await guardian.ended(1)).toMatchObject({ code: 0, groupEmpty: false });
    const [pid = 0] = await pidsIn(pids, 1);
    expect(await guardian.stop(1, 300)).toMatchObject({ groupEmpty: true });
    expect(isAlive(pid)).toBe(false);
    expect(await guardian.observe(1)).toMatchObject({
      status: 'ended',
      code: 0,
      endedBy: 'itself',
      groupEmpty: true,
    });
  });

  it('of a command submitted in the same breath leaves nothing of it', async () => {
    const guardian = await guardianOfTest();
    for (let id = 1; id <= 100; id += 1) guardian.submit(command(id, 'true'));
    guardian.submit(command(101, 'sleep 1000'));
    expect(await guardian.stop(101, 0)).toMatchObject({ status: 'stopped', groupEmpty: true });
    const ended = await guardian.ended(101);
    expect(ended).toMatchObject({ code: null, endedBy: 'stop' });
    expect(isAlive(ended.pid ?? 0)).toBe(false);
    expect(await guardian.ended(100)).toMatchObject({ code: 0 });
  });

  it('of what nobody knows says so', async () => {
    const guardian = await guardianOfTest();
    expect(await guardian.stop(404, 0)).toEqual({ status: 'unknown', id: 404 });
  });
});

describe('stopAll', () => {
  it('stops all at once: five that ignore TERM take one grace, not five', async () => {
    const guardian = await guardianOfTest();
    for (let id = 1; id <= 5; id += 1) {
      guardian.submit(command(id, `trap '' TERM; echo ready; while :; do sleep 0.05; done`));
    }
    await eventually(async () => (await guardian.list()).every((held) => held.outputSize === 6));
    const from = performance.now();
    expect(await guardian.stopAll(1500)).toEqual([]);
    expect(performance.now() - from).toBeLessThan(7400);
    const list = await guardian.list();
    expect(list.map((held) => held.status === 'ended' && held.endedBy)).toEqual(
      Array(5).fill('stop'),
    );
  });

  it('leaves a guardian that starts commands as before', async () => {
    const guardian = await guardianOfTest();
    await guardian.stopAll(0);
    guardian.submit(command(1, 'echo on'));
    expect((await guardian.ended(1)).code).toBe(0);
  });
});

/** For between double quotes. */
function quoted(shell: string): string {
  return shell.replaceAll(/[\\$"]/g, String.raw`\$&`);
}
