import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { defineCounting, expectEachCountedOnce } from '../support/counting-commands.ts';
import { long } from '../support/form.ts';
import {
  createHome,
  postInstance,
  runProgram,
  startProgram,
  type Home,
} from '../support/program.ts';
import { until } from '../support/until.ts';

// Long form only: the short one, with its neighbours, is test/e2e/restart.test.ts.
const commands = 20;
const restarts = 10;

let at: Home;
afterEach(async () => {
  await at.remove();
}, 120_000);

it.runIf(long)(
  'ten restarts during twenty commands that print a line a second for minutes: no line lost, none started again',
  async () => {
    at = await createHome();
    const program = await startProgram(at, { NUM_WORKERS: String(commands) });
    const counting = await defineCounting(at, { everySeconds: 1 });
    const ids: number[] = [];
    for (let n = 0; n < commands; n += 1)
      ids.push(await postInstance(program, counting.definitionId));
    await until('all of them to count', () => counting.journal().size === commands, 60_000);
    for (let n = 0; n < restarts; n += 1) {
      const { code, text } = await runProgram(at, ['restart', '--yes', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(text)).toMatchObject({ went_over: commands, ended: 0, lost: 0 });
      // Minutes are what is asked for: restarts at different moments of a second.
      await sleep(15_000 + n * 137);
    }
    counting.tellToEnd();
    await expectEachCountedOnce(counting, program.databaseUrl, ids);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(at.leftovers()).toEqual([]);
  },
);

it.runIf(long)(
  'a program that never comes up again: its commands live on for a minute, it says so, and then they end',
  async () => {
    at = await createHome();
    const program = await startProgram(at);
    const counting = await defineCounting(at, { everySeconds: 1 });
    await postInstance(program, counting.definitionId);
    await until('it to count', () => counting.journal().size === 1);
    const handedOver = until('it to leave', () => program.text().includes('"type":"hand_over"'));
    program.child.kill('SIGHUP');
    await handedOver;
    // After the rehearsal, and before the next process has read it.
    writeFileSync(at.env['KUROKO2_CONFIG'] ?? '', 'slak: {}\n');
    const left = performance.now();
    await until('the failure to be told', () => program.text().includes('did not start'), 30_000);
    expect(program.text()).toMatch(/commands run on, and end at \d\d:\d\d:\d\d UTC unless it does/);
    await until('half a minute to go by', () => performance.now() - left > 30_000, 40_000);
    expect(at.commands('line $i')).toHaveLength(1);
    expect(await program.ended).toBe(1);
    expect(performance.now() - left).toBeGreaterThan(55_000);
    expect(performance.now() - left).toBeLessThan(90_000);
    expect(at.leftovers()).toEqual([]);
  },
);
