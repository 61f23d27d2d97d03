/** What the workers rely on, whoever runs the commands: the one suite that every backend of the port has to pass. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Running } from '../../src/guardian/protocol.ts';
import type { Commands } from '../../src/processes/commands.ts';
import { command, eventually } from './guardian.ts';
import { createGate } from './gate.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A backend of one test, which ends it. Every `connect` is a connection of its own to the same backend. */
export type CommandPort = { readonly connect: () => Promise<Commands> };

export function describeCommandPort(name: string, open: () => Promise<CommandPort>): void {
  const connected = async () => await (await open()).connect();

  describe(`${name}: a command`, () => {
    it('runs in a shell, with its environment and in its folder, and tells exit code and output', async () => {
      const commands = await connected();
      const chdir = temporaryFolder();
      const env = { PATH: '/usr/bin:/bin', NAME: 'a "b" $c\nd' };
      commands.submit(command(1, 'echo "$NAME"; pwd >&2; exit 3', { env, chdir }));
      const ended = await commands.ended(1);
      expect(ended).toMatchObject({ id: 1, code: 3, signal: null, endedBy: 'itself' });
      expect(ended.output?.toString()).toBe(`a "b" $c\nd\n${chdir}\n`);
      expect(ended.endedAt).toBeGreaterThanOrEqual(ended.startedAt);
    });

    it('tells the signal that ended it', async () => {
      const commands = await connected();
      commands.submit(command(1, 'kill -SEGV $$'));
      expect(await commands.ended(1)).toMatchObject({ code: null, signal: 'SIGSEGV' });
    });

    it('that cannot be started ends with 127 and a sentence', async () => {
      const commands = await connected();
      commands.submit(command(1, 'true', { chdir: '/nowhere/at/all' }));
      const ended = await commands.ended(1);
      expect(ended).toMatchObject({ code: 127, signal: null, pid: null });
      expect(ended.output?.toString()).toContain('/nowhere/at/all');
    });

    it('is stopped when its time is over, and left alone when it ends in time', async () => {
      const commands = await connected();
      commands.submit(command(1, 'sleep 1000', { runtimeLimitMs: 150 }));
      commands.submit(command(2, 'sleep 0.05', { runtimeLimitMs: 60_000 }));
      expect(await commands.ended(1)).toMatchObject({ signal: 'SIGTERM', endedBy: 'limit' });
      expect(await commands.ended(2)).toMatchObject({ code: 0, endedBy: 'itself' });
    });
  });

  describe(`${name}: submit`, () => {
    it('repeated while it runs, after its end and from elsewhere starts it once', async () => {
      const port = await open();
      const [one, other] = [await port.connect(), await port.connect()];
      const file = path.join(temporaryFolder(), 'ran');
      const submission = command(1, `echo ran >> ${file}; sleep 0.1`);
      one.submit(submission);
      one.submit(submission);
      await one.ended(1);
      other.submit(submission);
      expect(await other.ended(1)).toEqual(await one.ended(1));
      expect(readFileSync(file, 'latin1')).toBe('ran\n');
    });

    it('repeated after the result was acknowledged is refused', async () => {
      const commands = await connected();
      commands.submit(command(1, 'true'));
      await commands.ended(1);
      commands.ack(1);
      expect(await commands.observe(1)).toEqual({ status: 'unknown', id: 1 });
      commands.submit(command(1, 'true'));
      await expect(commands.ended(1)).rejects.toMatchObject({ reason: 'acknowledged' });
    });
  });

  describe(`${name}: a result`, () => {
    it('is listed until it is acknowledged, for whoever comes after a crash', async () => {
      const port = await open();
      const before = await port.connect();
      before.submit(command(1, 'echo done'));
      before.submit(command(2, 'sleep 1000'));
      await before.ended(1);
      before.close();
      const after = await port.connect();
      const held = (await after.list()).map(({ id, status }) => ({ id, status }));
      expect(held).toEqual([
        { id: 1, status: 'ended' },
        { id: 2, status: 'running' },
      ]);
      expect((await after.ended(1)).output?.toString()).toBe('done\n');
      after.ack(1);
      await eventually(async () => (await after.list()).length === 1);
      await after.stop(2, 0);
    });

    it('of a command that still runs cannot be acknowledged away', async () => {
      const commands = await connected();
      commands.submit(command(1, 'sleep 0.2; echo done'));
      commands.ack(1);
      expect((await commands.ended(1)).output?.toString()).toBe('done\n');
    });

    it('of an execution that nobody submitted is an error, and nothing is known of it', async () => {
      const commands = await connected();
      await expect(commands.ended(404)).rejects.toMatchObject({ reason: 'unknown' });
      expect(await commands.observe(404)).toEqual({ status: 'unknown', id: 404 });
      expect(await commands.read(404, 0)).toBeNull();
      expect(await commands.stop(404, 0)).toEqual({ status: 'unknown', id: 404 });
      expect(await commands.lastWords(404)).toBeNull();
    });

    it('is waited for in vain by a connection that is closed; the command goes on', async () => {
      const port = await open();
      const [one, other] = [await port.connect(), await port.connect()];
      const gate = createGate();
      one.submit(command(1, gate.wait));
      const waited = one.ended(1).catch((error: unknown) => error);
      await eventually(async () => (await other.observe(1)).status === 'running');
      const closed = new Promise<void>((resolve) => void one.onClose(resolve));
      one.close();
      await closed;
      expect(await waited).toMatchObject({ reason: 'closed' });
      await expect(one.list()).rejects.toMatchObject({ reason: 'closed' });
      gate.open();
      expect(await other.ended(1)).toMatchObject({ code: 0 });
    });
  });

  describe(`${name}: output`, () => {
    it('is held to its cap: the head, then the tail', async () => {
      const commands = await connected();
      commands.submit(command(1, 'seq 1 100000', { outputCap: 1000 }));
      const whole = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
      expect(await commands.ended(1)).toMatchObject({ outputSize: whole.length, output: null });
      const head = await commands.read(1, 0);
      expect(head).toMatchObject({ from: 0, next: 500, size: whole.length });
      expect(head?.data.toString()).toBe(whole.slice(0, 500));
      const tail = await commands.read(1, 500);
      expect(tail).toMatchObject({ from: whole.length - 500, next: whole.length });
      expect(tail?.data.toString()).toBe(whole.slice(-500));
    });

    it('can be followed while the command runs, by whoever observes it', async () => {
      const port = await open();
      const [one, other] = [await port.connect(), await port.connect()];
      const gate = createGate();
      const told: Running[] = [];
      one.submit(command(1, `echo 1; ${gate.wait}; echo 2`));
      await eventually(async () => (await one.read(1, 0))?.size === 2);
      expect(await other.observe(1)).toMatchObject({ status: 'running', outputSize: 2 });
      const quiet = other.onRunning((running) => told.push(running));
      gate.open();
      expect((await other.ended(1)).output?.toString()).toBe('1\n2\n');
      quiet();
      one.onRunning((running) => told.push(running));
      one.submit(command(2, 'echo 3; sleep 1000'));
      await eventually(() => told.some(({ id, outputSize }) => id === 2 && outputSize === 2));
      await one.stop(2, 0);
    });

    it('shows three stars where a secret stood', async () => {
      const commands = await connected();
      const secrets = ['hunter2-hunter2'];
      commands.submit(command(1, 'printf hunter2; sleep 0.05; echo -hunter2.', { secrets }));
      expect((await commands.ended(1)).output?.toString()).toBe('***.\n');
    });
  });

  describe(`${name}: stop`, () => {
    it('is TERM first, for the whole group, and resolves when nothing is left', async () => {
      const commands = await connected();
      const shell = `sleep 1000 & trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done`;
      commands.submit(command(1, shell));
      await eventually(async () => (await commands.read(1, 0))?.size === 6);
      const from = performance.now();
      expect(await commands.stop(1, 10_000)).toMatchObject({ status: 'stopped', groupEmpty: true });
      expect(performance.now() - from).toBeLessThan(5000);
      const ended = await commands.ended(1);
      expect(ended).toMatchObject({ code: 5, endedBy: 'stop', groupEmpty: true });
      expect(ended.output?.toString()).toContain('bye\n');
    });

    it('is KILL for what ignores TERM, after the grace', async () => {
      const commands = await connected();
      commands.submit(command(1, `trap '' TERM; echo ready; while :; do sleep 0.05; done`));
      await eventually(async () => (await commands.read(1, 0))?.size === 6);
      const from = performance.now();
      expect(await commands.stop(1, 300)).toMatchObject({ groupEmpty: true });
      expect(performance.now() - from).toBeGreaterThanOrEqual(295);
      expect(await commands.ended(1)).toMatchObject({ signal: 'SIGKILL', endedBy: 'stop' });
    });

    it('of all leaves none, and what is submitted then runs', async () => {
      const commands = await connected();
      for (const id of [1, 2, 3]) commands.submit(command(id, 'sleep 1000'));
      expect(await commands.stopAll(1000)).toEqual([]);
      expect((await commands.list()).map(({ status }) => status)).toEqual(Array(3).fill('ended'));
      commands.submit(command(4, 'true'));
      expect(await commands.ended(4)).toMatchObject({ code: 0 });
    });
  });
}
