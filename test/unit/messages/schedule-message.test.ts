import { describe, expect, it } from 'vitest';
import { scheduleMessage } from '../../../src/messages/schedule-message.ts';
import type { ScheduleNotice } from '../../../src/store/outbox.ts';
import type { Masked } from '../../../src/workflow/mask.ts';
import { about, at } from '../../support/run-fixture.ts';

const messageOf = (notice: ScheduleNotice) =>
  scheduleMessage(
    {
      ...notice,
      id: 1,
      instanceId: null,
      attempts: 1,
      createdAt: at('12:00:00'),
    },
    about,
  );
const words = (notice: ScheduleNotice): string => JSON.stringify(messageOf(notice).blocks);

describe('what is told of schedules', () => {
  const missed = {
    from: '2026-07-27T12:00:00Z',
    to: '2026-07-30T12:00:00Z',
    launched: 1,
    prevented: 0,
    merged: 1_439,
    skipped: 2_880,
  };

  it('is one message for three days without a scheduler', () => {
    const notice: ScheduleNotice = {
      event: 'missed',
      payload: {
        ...missed,
        schedules: 1,
        definitions: [{ ...missed, id: 3, name: 'nightly-report' as Masked }],
      },
    };
    expect(messageOf(notice).text).toMatch(
      /^🕰️ Nothing was running from <!date.* to <!date.*>: launches of 1 schedule were missed\.\n1 launched now, 1439 merged into it, 2880 skipped$/,
    );
    expect(words(notice)).toContain('"• <http://localhost:5000/definitions/3|nightly-report>"');
    expect(words(notice)).toContain('`/kuroko why JOB TIME`');
  });

  it('says of each of several jobs what became of its launches', () => {
    const one = { ...missed, launched: 3, merged: 4, skipped: 0 };
    const other = { launched: 0, prevented: 0, merged: 5, skipped: 0 };
    const none = { launched: 0, prevented: 2, merged: 0, skipped: 7 };
    const definitions = [one, other, none].map((counts, index) => ({
      ...counts,
      id: index + 1,
      name: `job-${index + 1}` as Masked,
    }));
    const payload = { ...one, schedules: 3, definitions };
    const told = words({ event: 'missed', payload });
    expect(told).toContain('|job-1>: 3 launched now, 4 merged into those');
    expect(told).toContain('|job-2>: 5 merged into the next launch');
    expect(told).toContain('|job-3>: none launched now, 2 prevented, 7 skipped');
  });

  it('says which endpoint gets nothing any more, and what to do about it', () => {
    const notice: ScheduleNotice = {
      event: 'switched_off',
      payload: {
        target: 'webhook',
        endpoint: 'https://hooks.example/in?***',
        deliveryId: 9,
        definitionId: 3,
        since: '2026-07-29T12:00:00Z',
        reason: 'it answered 410',
      },
    };
    const told = words(notice);
    expect(told).toContain('Nothing is sent to `https://hooks.example/in?***` (webhook) any more');
    expect(told).toContain('the last because it answered 410');
    expect(told).toContain('/kuroko deliveries dead');
  });

  it('names what was set aside, why, and until when', () => {
    const notice: ScheduleNotice = {
      event: 'set_aside',
      payload: {
        definitionId: 3,
        definitionName: 'nightly-report' as Masked,
        cron: '0 9 * * *',
        reason: 'There is no time zone `Mars`.' as Masked,
        channel: null,
      },
    };
    expect(words(notice)).toContain(
      'The schedule `0 9 * * *` of *<http://localhost:5000/definitions/3|nightly-report>* was set aside and launches nothing until the job is saved again: `There is no time zone ˋMarsˋ.`',
    );
  });

  it('is the count of a day, or what is wrong with it', () => {
    const counted = { day: '2026-07-29', due: 1_440, accounted: 1_440, differences: [] };
    expect(messageOf({ event: 'recount', payload: counted }).text).toBe(
      '🧾 Recount of 2026-07-29 (UTC): 1440 due, 1440 accounted.',
    );
    const difference = {
      scheduleId: 5,
      definitionId: 3,
      cron: '* * * * *',
      problem: 'missing' as const,
      count: 2,
      first: '2026-07-29T02:30:00Z',
    };
    const differences = Array.from({ length: 12 }, () => difference);
    const wrong = { ...counted, accounted: 1_438, differences };
    expect(words({ event: 'recount', payload: wrong })).toContain(
      '⚠️ Recount of 2026-07-29 (UTC): 1440 due, 1438 accounted.\\n• `* * * * *` of job 3: 2 due, without a row, the first 2026-07-29T02:30:00Z\\n',
    );
    expect(words({ event: 'recount', payload: wrong })).toContain('… and 2 more');
  });
});
