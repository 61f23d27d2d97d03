import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/slack/grammar.ts';

const add = { deed: 'add', cron: '30 2 * * 1-5', catchUp: null } as const;

describe('a command about schedules', () => {
  it.each([
    ['schedule nightly', { verb: 'schedule', job: 'nightly', wish: null }],
    ['schedule #12 add 30 2 * * 1-5', { verb: 'schedule', job: '12', wish: add }],
    ['schedule “two words” ADD "30 2 * * 1-5"', { verb: 'schedule', job: 'two words', wish: add }],
    // As phones and the page of the local Slack have it.
    ['schedule 12 add `30 2 * * 1–5`', { verb: 'schedule', job: '12', wish: add }],
    ['schedule 12 add 30 2 ∗ ∗ 1-5', { verb: 'schedule', job: '12', wish: add }],
    [
      'schedule 12 add 30 2 * * 1-5 Asia/Tokyo catch_up=none',
      { verb: 'schedule', job: '12', wish: { ...add, timeZone: 'Asia/Tokyo', catchUp: 'none' } },
    ],
    [
      'schedule 12 add @daily zone=UTC',
      { verb: 'schedule', job: '12', wish: { ...add, cron: '@daily', timeZone: 'UTC' } },
    ],
    [
      'suspend-schedule 12 remove * * 1 1 *',
      {
        verb: 'suspend-schedule',
        job: '12',
        wish: { deed: 'remove', cron: '* * 1 1 *', catchUp: null },
      },
    ],
    ['suspend 12', { verb: 'suspend', job: '12' }],
    ['resume "two words"', { verb: 'resume', job: 'two words' }],
    ['why 12 02:30', { verb: 'why', job: '12', time: '02:30' }],
    ['why nightly yesterday 2:30 pm', { verb: 'why', job: 'nightly', time: 'yesterday 2:30 pm' }],
  ])('%j', (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });

  it.each([
    ['schedule', 'Say which job'],
    ['schedule 12 frob 30 2 * * *', 'Say `schedule JOB`'],
    ['schedule 12 remove', 'Say `schedule JOB`'],
    ['schedule 12 add 30 2 * * * UTC Asia/Tokyo', '`Asia/Tokyo` is not known'],
    ['schedule 12 add 30 2 * * * catch_up=', 'catch_up is latest, all or none'],
    ['schedule 12 add 30 2 * * * cap=3', '`cap=3` is not known'],
    ['suspend-schedule 12 add * * 1 1 * UTC', 'A suspend schedule is a cron alone'],
    ['suspend two words', 'A name with spaces goes in quotes'],
    ['resume', 'Say which job'],
    ['why 12', 'Say which job and when'],
  ])('%j is answered: %s', (text, problem) => {
    expect(parseCommand(text)).toEqual({
      verb: 'malformed',
      problem: expect.stringContaining(problem),
    });
  });
});
