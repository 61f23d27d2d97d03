/** Secrets that commands write: nothing behind the guardian ever holds one. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, eventually, guardianOfTest, killHard, startMain } from '../support/guardian.ts';
import { connectGuardian } from '../../src/processes/connect-guardian.ts';
import { createGate } from '../support/gate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const secrets = ['hunter2-hunter2', 'first line\nsecond line'];

describe('a secret in the output', () => {
  it('is three stars, and what stands around it is as it was', async () => {
    const guardian = await guardianOfTest();
    const env = {
      PATH: '/usr/bin:/bin',
      PASSWORD: 'hunter2-hunter2',
      LINES: 'first line\nsecond line',
    };
    const shell = 'echo "a $PASSWORD b"; echo "$LINES" | tac; echo hunter2';
    guardian.submit(command(1, shell, { env, secrets }));
    guardian.submit(command(2, shell, { env }));
    const shown = 'a *** b\n***\n***\nhunter2\n';
    const ended = await guardian.ended(1);
    expect(ended.output?.toString()).toBe(shown);
    expect(ended.outputSize).toBe(shown.length);
    expect((await guardian.read(1, 0))?.data.toString()).toBe(shown);
    expect((await guardian.ended(2)).output?.toString()).toContain('hunter2-hunter2');
  });

  it('is found when it is written byte by byte, and over the gap between head and tail', async () => {
    const guardian = await guardianOfTest();
    const slowly = `for c in h u n t e r 2 - h u n t e r 2; do printf $c; sleep 0.01; done`;
    guardian.submit(command(1, `${slowly}; seq 1 1000`, { secrets, outputCap: 20 }));
    guardian.submit(
      command(2, `printf 12345; ${slowly}; printf 12345`, { secrets, outputCap: 12 }),
    );
    const { outputSize } = await guardian.ended(1);
    const last = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join('');
    expect(outputSize).toBe(`***${last}`.length);
    expect((await guardian.read(1, 0))?.data.toString()).toBe('***1\n2\n3\n4'.slice(0, 10));
    expect((await guardian.ended(2)).outputSize).toBe(13);
    expect((await guardian.read(2, 0))?.data.toString()).toBe('12345*');
    expect((await guardian.read(2, 7))?.data.toString()).toBe('*12345');
  });

  it('is not given away by an output that waits for the rest of it, which is shown at the end', async () => {
    const guardian = await guardianOfTest();
    const gate = createGate();
    guardian.submit(command(1, `printf 'password? hunter2-'; ${gate.wait}`, { secrets }));
    const soFar = async () => (await guardian.read(1, 0))?.data.toString();
    await eventually(async () => (await soFar()) === 'password? hun');
    gate.open();
    expect((await guardian.ended(1)).output?.toString()).toBe('password? hunter2-');
  });

  it('stands in no last word and in no file of the guardian', async () => {
    const dataDir = temporaryFolder();
    const main = await startMain(dataDir, 10_000);
    const client = await connectGuardian(main.socketPath);
    const held =
      'trap "echo hunter2-hunter2; exit 3" TERM; echo ready; while :; do sleep 0.01; done';
    client.submit(command(1, held, { secrets }));
    await eventually(async () => (await client.read(1, 0))?.size === 6);
    const { epoch } = client;
    const gone = new Promise<void>((resolve) => void client.onClose(resolve));
    await killHard(main.process);
    await gone;
    const guardian = await guardianOfTest({ dataDir });
    const words = await guardian.lastWords(1, epoch);
    expect(words).toMatchObject({ code: 3, endedBy: 'guardian' });
    expect(words?.outputTail.toString()).toMatch(/^ready\n(Terminated\n)?[*]{3}\n$/);
    for (const file of ['journal', 'guardian.log']) {
      expect(readFileSync(path.join(dataDir, 'guardian', file), 'latin1')).not.toContain('hunter2');
    }
  });

  it('does not show in the reason why a command could not be started', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'true', { chdir: '/hunter2-hunter2', secrets }));
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({ code: 127, pid: null });
    expect(ended.output?.toString()).toContain('***');
    expect(ended.output?.toString()).not.toContain('hunter2');
  });

  it('among twenty others in 100 MB is found every time, within seconds', async () => {
    const guardian = await guardianOfTest();
    const before = processorTime(guardian.pid);
    const others = Array.from({ length: 20 }, (_, index) => `another secret ${index} of twenty`);
    const line = 'x'.repeat(83);
    const flood = `yes '${line} hunter2-hunter2' | head -c 100000000`;
    guardian.submit(command(1, flood, { secrets: [...secrets, ...others], outputCap: 100_000 }));
    const ended = await guardian.ended(1);
    expect(ended.outputSize).toBe(1_000_000 * (84 + 3 + 1));
    // Not of the clock, which runs on while others have the processor.
    expect(processorTime(guardian.pid) - before).toBeLessThan(5_000);
    const tail = await guardian.read(1, ended.outputSize - 88);
    expect(tail?.data.toString()).toBe(`${line} ***\n`);
  });
});

/** Of all its threads, in milliseconds: the system counts hundredths of a second. */
function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // `pid (name) state ...`: the name may hold anything, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
