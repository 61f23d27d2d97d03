/** What a command finds, and what is known of it when it has ended. */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Running } from '../../src/guardian/protocol.ts';
import type { Guardian } from '../../src/processes/guardian.ts';
import {
  command,
  connectionTo,
  guardianOfTest,
  isAlive,
  pidsIn,
  eventually,
} from '../support/guardian.ts';
import { createGate } from '../support/gate.ts';
import { shortest } from '../support/shortest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Beside others a command is started on a thread of the guardian, alone in its event loop. */
const companies = [
  { company: 'alone', others: 0 },
  { company: 'beside another', others: 1 },
];

async function guardianRunning(others: number): Promise<Guardian> {
  const guardian = await guardianOfTest();
  for (let id = 1001; id <= 1000 + others; id += 1) guardian.submit(command(id, 'exec sleep 1000'));
  return guardian;
}

describe.each(companies)('a command $company', ({ others }) => {
  it('tells its exit code and its output', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'echo hello; exit 3'));
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({
      id: 1,
      code: 3,
      signal: null,
      endedBy: 'itself',
      groupEmpty: true,
      outputSize: 6,
    });
    expect(ended.output?.toString()).toBe('hello\n');
    expect(ended.endedAt).toBeGreaterThanOrEqual(ended.startedAt);
  });

  it('tells the signal that ended it', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'kill -SEGV $$'));
    expect(await guardian.ended(1)).toMatchObject({
      code: null,
      signal: 'SIGSEGV',
      endedBy: 'itself',
    });
  });

  it('keeps the order of what it writes to standard output and to standard error', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done'));
    const lines = [1, 2, 3, 4, 5].map((n) => `out ${n}\nerr ${n}\n`);
    expect((await guardian.ended(1)).output?.toString()).toBe(lines.join(''));
  });

  it('can open its standard output and its standard error by name', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(
      command(1, 'echo a > /dev/stderr; echo b > /dev/stdout; echo c | tee /dev/stderr'),
    );
    const ended = await guardian.ended(1);
    expect(ended.code).toBe(0);
    expect(ended.output?.toString()).toBe('a\nb\nc\nc\n');
  });

  it('has the environment it was given, the marker, and nothing else', async () => {
    const guardian = await guardianRunning(others);
    const env = { PATH: '/usr/bin:/bin', NAME: 'a "b" $c\nd', KUROKO_EXECUTION: 'forged' };
    guardian.submit(command(7, `tr '\\0' '|' < /proc/$$/environ`, { env }));
    const output = (await guardian.ended(7)).output?.toString() ?? '';
    const marker = `KUROKO_EXECUTION=${guardian.epoch}:7`;
    const expected = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), marker];
    expect(output.split('|').filter(Boolean).toSorted()).toEqual(
      expected.filter((variable) => variable !== 'KUROKO_EXECUTION=forged').toSorted(),
    );
  });

  it('has every signal at its default, none blocked', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'yes | head -n 1; grep -E "SigBlk|SigIgn" /proc/self/status'));
    const output = (await guardian.ended(1)).output?.toString() ?? '';
    const [, blocked = '', ignored = ''] = /SigBlk:\s+(\w+)\nSigIgn:\s+(\w+)/.exec(output) ?? [];
    // 32 and 33 are the C library's own.
    const mask = ~(0b11n << 31n);
    expect([BigInt(`0x${blocked}`), BigInt(`0x${ignored}`) & mask]).toEqual([0n, 0n]);
  });

  it('may have an environment of more than a megabyte, in any script', async () => {
    const guardian = await guardianRunning(others);
    const names = Array.from({ length: 15 }, (_, index) => `V${index}`);
    const value = 'ä黒子🥷'.repeat(9_000);
    const env = {
      PATH: '/usr/bin:/bin',
      ...Object.fromEntries(names.map((name) => [name, value])),
    };
    guardian.submit(command(1, 'echo "$V0" | tail -c 13; env | wc -c', { env }));
    const [tail, size] = (await guardian.ended(1)).output?.toString().split('\n') ?? [];
    expect(tail).toBe('ä黒子🥷');
    expect(Number(size)).toBeGreaterThan(15 * Buffer.byteLength(value));
  });

  it('ended by a signal without a name is told by its number', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'kill -40 $$'));
    expect(await guardian.ended(1)).toMatchObject({ code: null, signal: 'SIG40' });
  });

  it('has nothing on standard input, and no file of the guardian', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'cat; ls /proc/self/fd | wc -l; readlink /proc/$$/fd/0'));
    // 0, 1, 2 and the one with which ls reads the folder
    expect((await guardian.ended(1)).output?.toString()).toBe('4\n/dev/null\n');
  });

  it('runs in the folder it was given', async () => {
    const guardian = await guardianRunning(others);
    const chdir = realpathSync(temporaryFolder());
    guardian.submit(command(1, 'pwd', { chdir }));
    expect((await guardian.ended(1)).output?.toString()).toBe(`${chdir}\n`);
  });

  it('runs in a folder that is named from the root without saying so', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'pwd', { chdir: 'tmp' }));
    expect((await guardian.ended(1)).output?.toString()).toBe('/tmp\n');
  });

  it('leads a session and a process group of its own', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'cut -d" " -f5,6 /proc/$$/stat'));
    const { pid, output } = await guardian.ended(1);
    expect(output?.toString()).toBe(`${pid} ${pid}\n`);
  });
});

describe.each(companies)('a command that cannot be started $company', ({ others }) => {
  it('ends with 127 and says that the folder is missing', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'true', { chdir: '/nowhere/at/all' }));
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({ code: 127, signal: null, pid: null, groupEmpty: true });
    expect(ended.output?.toString()).toBe(
      'The command could not be started: there is no folder /nowhere/at/all that it may enter.\n',
    );
  });

  it('ends with 127 when its text is too large, and one just below the limit runs', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, `true ${'x'.repeat(128 * 1024)}`));
    guardian.submit(command(2, `true ${'x'.repeat(120 * 1024)}`));
    expect((await guardian.ended(1)).output?.toString()).toContain('larger than the system allows');
    expect(await guardian.ended(1)).toMatchObject({ code: 127, pid: null });
    expect(await guardian.ended(2)).toMatchObject({ code: 0 });
  });

  it('ends with 127 when a value holds a zero byte, and the next one runs', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'true', { env: { A: 'a\0b' } }));
    guardian.submit(command(2, 'true'));
    expect(await guardian.ended(1)).toMatchObject({ code: 127, pid: null });
    expect(await guardian.ended(2)).toMatchObject({ code: 0 });
  });

  it('is told apart from a program that is not found', async () => {
    const guardian = await guardianRunning(others);
    guardian.submit(command(1, 'no-such-program'));
    const ended = await guardian.ended(1);
    expect(ended.code).toBe(127);
    expect(ended.pid).not.toBeNull();
    expect(ended.output?.toString()).toContain('not found');
  });
});

describe('many commands at once', () => {
  it('run each in its own folder, and none is lost', async () => {
    const guardian = await guardianOfTest();
    const folders = Array.from({ length: 400 }, () => realpathSync(temporaryFolder()));
    for (const [index, chdir] of folders.entries())
      guardian.submit(command(index, `pwd; exit ${index % 7}`, { chdir }));
    const ended = await Promise.all(folders.map((_, index) => guardian.ended(index)));
    expect(ended.map(({ code, output }) => [code, output?.toString()])).toEqual(
      folders.map((folder, index) => [index % 7, `${folder}\n`]),
    );
  });
});

describe('output', () => {
  it('of a gigabyte costs no memory and blocks nobody', async () => {
    const guardian = await guardianOfTest();
    // Everything that is only made at the first command.
    guardian.submit(command(1, 'true'));
    await guardian.ended(1);
    const before = residentMemory(guardian.pid);
    guardian.submit(command(2, 'head -c 1000000000 /dev/zero'));
    guardian.submit(command(3, 'echo meanwhile'));
    expect((await guardian.ended(3)).output?.toString()).toBe('meanwhile\n');
    const flood = await guardian.ended(2);
    expect(flood).toMatchObject({ code: 0, outputSize: 1_000_000_000, output: null });
    expect(residentMemory(guardian.pid) - before).toBeLessThan(16 * 1024 * 1024);
  });

  it('is held to its cap: the head, then the tail', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'seq 1 100000', { outputCap: 1000 }));
    const { outputSize } = await guardian.ended(1);
    const whole = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(outputSize).toBe(whole.length);
    const head = await guardian.read(1, 0);
    expect(head).toMatchObject({ from: 0, next: 500, size: whole.length });
    expect(head?.data.toString()).toBe(whole.slice(0, 500));
    const tail = await guardian.read(1, 500);
    expect(tail).toMatchObject({ from: whole.length - 500, next: whole.length });
    expect(tail?.data.toString()).toBe(whole.slice(-500));
    expect(await guardian.read(1, whole.length)).toMatchObject({
      from: whole.length,
      next: whole.length,
    });
  });

  it('is taken whole, whether a pipe holds it or not', async () => {
    const guardian = await guardianOfTest();
    const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000];
    for (const [id, size] of sizes.entries()) {
      guardian.submit(command(id, `head -c ${size} /dev/zero | tr '\\0' x`));
      expect(await guardian.ended(id)).toMatchObject({ code: 0, outputSize: size });
      let held = 0;
      while (held < size) held = (await guardian.read(id, held))?.next ?? size;
      expect(held).toBe(size);
    }
  });

  it('that the command closes early is no end of the command', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'echo early; exec >&- 2>&-; sleep 0.2; exit 3'));
    guardian.submit(command(2, 'echo early; exec >&- 2>&-; exit 4'));
    for (const [id, code] of [
      [1, 3],
      [2, 4],
    ] as const) {
      const ended = await guardian.ended(id);
      expect(ended).toMatchObject({ code, endedBy: 'itself', groupEmpty: true });
      expect(ended.output?.toString()).toBe('early\n');
    }
  });

  it('of one line of ten megabytes is taken as any other', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, `head -c 10000000 /dev/zero | tr '\\0' x; echo; echo after`));
    expect(await guardian.ended(1)).toMatchObject({ code: 0, outputSize: 10_000_007 });
    const tail = await guardian.read(1, 10_000_001);
    expect(tail?.data.toString()).toBe('after\n');
  });

  it('that is no UTF-8, or comes in the middle of a character, is kept byte for byte', async () => {
    const guardian = await guardianOfTest();
    const bytes = String.raw`printf '\377\376 \303'; sleep 0.15; printf '\266 \360\237'; sleep 0.15; printf '\230\200\303'`;
    guardian.submit(command(1, bytes));
    guardian.submit(command(2, bytes, { secrets: ['nothing of this'] }));
    const written = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' ö 😀'),
      Buffer.from([0xc3]),
    ]);
    for (const id of [1, 2]) expect((await guardian.ended(id)).output?.equals(written)).toBe(true);
  });

  it('can be followed while the command runs', async () => {
    const guardian = await guardianOfTest();
    const gate = createGate();
    const told: Running[] = [];
    guardian.onRunning((running) => told.push(running));
    guardian.submit(command(1, `echo one; ${gate.wait}; echo two`));
    await eventually(() => told.length > 0);
    expect(told[0]).toMatchObject({ id: 1, status: 'running', outputSize: 4 });
    expect((await guardian.read(1, 0))?.data.toString()).toBe('one\n');
    gate.open();
    expect((await guardian.ended(1)).output?.toString()).toBe('one\ntwo\n');
  });

  it('that never stops is told of ten times a second at most', async () => {
    const guardian = await guardianOfTest();
    const told: { at: number; size: number }[] = [];
    guardian.onRunning(({ outputSize }) => told.push({ at: performance.now(), size: outputSize }));
    // The first is told a tenth of a second after the start, and may be heard late: what is heard next then follows sooner.
    const from = performance.now();
    guardian.submit(command(1, 'yes'));
    await eventually(() => told.length >= 6);
    const first = told[0];
    const last = told[5];
    expect((last?.at ?? 0) - from).toBeGreaterThan(500);
    expect(last?.size).toBeGreaterThan(first?.size ?? 0);
    await guardian.stop(1, 300);
  });

  it('of a client that does not read holds up neither the command nor the others', async () => {
    const guardian = await guardianOfTest();
    const deaf = createConnection(guardian.socketPath);
    await once(deaf, 'readable');
    // It asks for 140 megabytes and never reads an answer.
    deaf.pause();
    guardian.submit(command(1, 'head -c 1000000 /dev/zero'));
    await guardian.ended(1);
    const before = residentMemory(guardian.pid);
    for (let request = 1; request <= 400; request += 1) {
      deaf.write(`${JSON.stringify({ type: 'read', request, id: 1, from: 0 })}\n`);
    }
    guardian.submit(command(2, 'head -c 50000000 /dev/zero; echo done'));
    expect(await guardian.ended(2)).toMatchObject({ code: 0, outputSize: 50_000_005 });
    expect(residentMemory(guardian.pid) - before).toBeLessThan(64 * 1024 * 1024);
    deaf.destroy();
  });
});

describe('a process left behind', () => {
  it('holds up the result by no more than a second, and is drained for as long as it writes', async () => {
    const guardian = await guardianOfTest();
    const folder = temporaryFolder();
    const pids = path.join(folder, 'pids');
    const done = path.join(folder, 'done');
    const gate = createGate();
    // More than a pipe holds: if nobody read, it would never be done.
    const behind = `${gate.wait}; head -c 1000000 /dev/zero; echo > ${done}; sleep 1000`;
    guardian.submit(command(1, `(${behind}) & echo $! > ${pids}; echo early`));
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({ code: 0, groupEmpty: false, outputSize: 6 });
    expect(ended.endedAt - ended.startedAt).toBeGreaterThanOrEqual(995);
    expect(ended.endedAt - ended.startedAt).toBeLessThan(5000);
    gate.open();
    await eventually(() => readdirSync(folder).includes('done'));
    const [pid = 0] = await pidsIn(pids, 1);
    expect(isAlive(pid)).toBe(true);
    await guardian.end(300);
    expect(isAlive(pid)).toBe(false);
  });

  it('that lets go of the output holds up nothing', async () => {
    const guardian = await guardianOfTest();
    const takes = async (id: number) => {
      guardian.submit(command(id, 'sleep 1000 > /dev/null 2>&1 & echo early'));
      const ended = await guardian.ended(id);
      expect(ended).toMatchObject({ code: 0, groupEmpty: false });
      expect(ended.output?.toString()).toBe('early\n');
      return ended.endedAt - ended.startedAt;
    };
    expect(await shortest(995, takes)).toBeLessThan(995);
  });
});

describe('the limit of the run time', () => {
  it('stops the command, also when nobody is connected any more', async () => {
    const guardian = await guardianOfTest();
    const submitter = await connectionTo(guardian);
    submitter.submit(command(1, 'sleep 1000', { runtimeLimitMs: 1_000 }));
    // It has been heard; on a busy machine its time may be over before anybody sees it run.
    await eventually(async () => (await guardian.observe(1)).status !== 'unknown');
    submitter.close();
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({
      code: null,
      signal: 'SIGTERM',
      endedBy: 'limit',
      groupEmpty: true,
    });
    expect(ended.endedAt - ended.startedAt).toBeGreaterThanOrEqual(995);
  });

  it('kills what does not listen after the grace', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(
      // Its time begins before the shell does, which may need a second to come to the trap.
      command(1, `trap '' TERM; while :; do sleep 0.05; done`, {
        runtimeLimitMs: 2_000,
        graceMs: 200,
      }),
    );
    const ended = await guardian.ended(1);
    expect(ended).toMatchObject({ signal: 'SIGKILL', endedBy: 'limit', groupEmpty: true });
    expect(ended.endedAt - ended.startedAt).toBeGreaterThanOrEqual(2_195);
  });

  it('leaves alone what ends in time, and what has none', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'sleep 0.05', { runtimeLimitMs: 5000 }));
    guardian.submit(command(2, 'sleep 0.3'));
    expect(await guardian.ended(1)).toMatchObject({ code: 0, endedBy: 'itself' });
    expect(await guardian.ended(2)).toMatchObject({ code: 0, endedBy: 'itself' });
  });
});

describe('the memory of a command', () => {
  it('is known at its highest, of all its processes, when it ran for a second or two', async () => {
    const guardian = await guardianOfTest();
    let peak = 0;
    // It is looked at after 1, 2 and 6 s: where node needs two seconds for its start, the third look is waited for.
    for (const [id, ms] of [2_200, 7_000, 7_000].entries()) {
      const hold = `const held = Buffer.alloc(200e6, 1); setTimeout(() => held, ${ms})`;
      guardian.submit(command(id, `'${process.execPath}' -e '${hold}' & wait`));
      peak = (await guardian.ended(id)).peakMemory ?? 0;
      if (peak > 200e6) break;
    }
    expect(peak).toBeGreaterThan(200e6);
    expect(peak).toBeLessThan(400e6);
  });

  it('is looked at once more when the command is stopped', async () => {
    const guardian = await guardianOfTest();
    const hold = `const held = Buffer.alloc(100e6, 1); console.log(held.length); setTimeout(() => held, 60_000)`;
    guardian.submit(command(1, `exec '${process.execPath}' -e '${hold}'`));
    await eventually(async () => ((await guardian.read(1, 0))?.size ?? 0) > 0);
    await guardian.stop(1, 5000);
    expect((await guardian.ended(1)).peakMemory).toBeGreaterThan(100e6);
  });

  it('is not known of a short one', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, 'true'));
    expect((await guardian.ended(1)).peakMemory).toBeNull();
  });
});

describe('a guardian without a free file', () => {
  it('says so of the commands it cannot start, still stops the others, and recovers', async () => {
    const guardian = await guardianOfTest();
    guardian.submit(command(1, `trap 'exit 9' TERM; echo ready; while :; do sleep 0.02; done`));
    await eventually(async () => (await guardian.read(1, 0))?.size === 6);
    limitFiles(guardian.pid, readdirSync(`/proc/${guardian.pid}/fd`).length);
    guardian.submit(command(2, 'true'));
    const refused = await guardian.ended(2);
    expect(refused).toMatchObject({ code: 127, pid: null });
    expect(refused.output?.toString()).toContain('Kuroko has too many files open');
    expect(await guardian.stop(1, 5000)).toMatchObject({ groupEmpty: true });
    expect(await guardian.ended(1)).toMatchObject({ code: 9, endedBy: 'stop' });
    limitFiles(guardian.pid, 1000);
    guardian.submit(command(3, 'true'));
    expect((await guardian.ended(3)).code).toBe(0);
  });
});

describe('many commands', () => {
  it('of which 500 are run in a row leave no open file in the guardian', async () => {
    const guardian = await guardianOfTest();
    const files = () => readdirSync(`/proc/${guardian.pid}/fd`).length;
    // Those that are over at once, that write, that live longer than that, and that cannot be started.
    const shells = ['true', 'echo x', ...Array.from({ length: 20 }, () => ':'), 'sleep 0.03'];
    const runAndForget = async (id: number) => {
      const chdir = id % 50 === 49 ? '/nowhere' : '/';
      guardian.submit(command(id, shells[id % shells.length] ?? '', { chdir }));
      expect((await guardian.ended(id)).code).toBe(chdir === '/' ? 0 : 127);
      guardian.ack(id);
    };
    await runAndForget(0);
    const before = files();
    for (let id = 1; id <= 500; id += 1) await runAndForget(id);
    expect(files()).toBeLessThanOrEqual(before);
    expect(await guardian.list()).toEqual([]);
  });

  it('submitted at once all run, each once', async () => {
    const guardian = await guardianOfTest();
    const file = path.join(temporaryFolder(), 'ran');
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    for (const id of ids) guardian.submit(command(id, `echo ${id} >> ${file}; echo ${id}`));
    const ended = await Promise.all(ids.map((id) => guardian.ended(id)));
    expect(ended.map(({ output }) => output?.toString())).toEqual(ids.map((id) => `${id}\n`));
    const ran = readFileSync(file, 'latin1').trim().split('\n').map(Number);
    expect(ran.toSorted((one, other) => one - other)).toEqual(ids);
  });
});

function limitFiles(pid: number, files: number): void {
  execFileSync('/usr/bin/prlimit', [`--pid=${pid}`, `--nofile=${files}:`]);
}

function residentMemory(pid: number): number {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kilobytes) * 1024;
}
