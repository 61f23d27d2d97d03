/** `kuroko cron` of the built program; what it computes with is held against the oracle in test/unit/schedule. */
import { describe, expect, it } from 'vitest';
import { oracle } from '../unit/workflow/oracle.ts';
import { cliWith } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const kuroko = cliWith({});

describe('kuroko cron', () => {
  interface Input {
    readonly cron: string;
    readonly zone: string;
    readonly from: string;
    readonly to: string;
  }
  type Times = { readonly times: readonly string[] };
  const recorded = oracle<Input, Times | object>('cron');
  const someOf = ['cron-1', 'cron-2', 'cron-5'].map((id) => recorded.find((one) => one.id === id));

  it('tells what Kuroko2 launched', async () => {
    for (const one of someOf) {
      if (one === undefined) throw new Error('the oracle has lost a case');
      const { cron, zone, from, to } = one.input;
      const told = await kuroko('cron', cron, '--zone', zone, '--from', from, '--to', to, '--json');
      expect(told).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(told.stdout)).toEqual({ ...one.expected, suspended: [] });
    }
  });

  it('tells what is launched and what is suspended of several, each minute once', async () => {
    const zone = ['--zone', 'Asia/Tokyo', '--from', '2026-01-01', '--to', '2026-01-03'];
    const suspend = ['--suspend', '* * 1 1 *', '--suspend', '30 9 * * *'];
    const told = await kuroko('cron', '0 9 * * *', '0,30 9 * * *', ...suspend, ...zone, '--json');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(told.stdout)).toEqual({
      times: ['2026-01-02T09:00:00+09:00'],
      suspended: [
        '2026-01-01T09:00:00+09:00',
        '2026-01-01T09:30:00+09:00',
        '2026-01-02T09:30:00+09:00',
      ],
    });
  });

  it('refuses with what is wrong, in both ways', async () => {
    const wrong = [
      [['61 * * * *'], 'The minute `61` is out of range: 0-59 are allowed.'],
      [['0 0 31 2 *'], '`0 0 31 2 *` would never launch: no month it names has such a day.'],
      [['* * * * *', '--suspend', '*/0 * * * *'], 'The step of the minute `*/0` is out of range'],
      [
        ['* * * * *', '--zone', 'Mars/Base'],
        'There is no time zone `Mars/Base`. One is Asia/Tokyo.',
      ],
      [['* * * * *', '--zone', 'berlin'], 'Did you mean Europe/Berlin?'],
      [['* * * * *', '--from', 'soon'], '--from "soon" is not understood'],
    ] as const;
    await Promise.all(
      wrong.map(async ([args, problem]) => {
        const json = await kuroko('cron', ...args, '--json');
        expect([json.code, json.stderr]).toEqual([1, '']);
        expect((JSON.parse(json.stdout) as { error: string }).error).toContain(problem);
        const plain = await kuroko('cron', ...args);
        expect([plain.code, plain.stdout]).toEqual([1, '']);
        expect(plain.stderr).toContain(problem);
      }),
    );
  });

  it('says it in words, with what changes of the clocks do', async () => {
    const time = ['--zone', 'Europe/Berlin', '--from', '2026-03-28', '--to', '2026-03-30'];
    const told = await kuroko('cron', '30 2 * * *', ...time);
    expect(told.stdout).toContain('30 2 * * *: At 02:30 (Europe/Berlin)\n');
    expect(told.stdout).toContain('Sat 2026-03-28 02:30 +01:00\n');
    expect(told.stdout).toMatch(/Sun 2026-03-29 03:00 \+02:00 {2}moved: .*\n/);
  });

  it('goes by the configured zone, and tells five launches when nothing else is asked for', async () => {
    const config = path.join(temporaryFolder(), 'kuroko2.yml');
    writeFileSync(config, 'time_zone: Asia/Kathmandu\n');
    const told = await cliWith({ KUROKO2_CONFIG: config })('cron', '0 9 * * *', '--json');
    const { times } = JSON.parse(told.stdout) as { times: string[] };
    expect(times).toHaveLength(5);
    for (const time of times) expect(time).toMatch(/T09:00:00\+05:45$/);
  });

  it('notes that a definition may not be suspended as a whole', async () => {
    const told = await kuroko('cron', '0 9 * * *', '--suspend', '* 9 * * *', '--json');
    expect(told.code).toBe(0);
    expect(told.stderr).toContain('Cron suspends all launched schedules');
    expect(JSON.parse(told.stdout)).toMatchObject({ times: [] });
  });
});
