import { describe, expect, it } from 'vitest';
import { cronWords } from '../../../src/messages/cron-words.ts';

describe('a cron in words', () => {
  it.each([
    ['30 2 * * *', 'At 02:30'],
    ['* * * * *', 'Every minute'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['0 */6 * * *', 'On the hour, every 6 hours'],
    ['0 9 * * 1-5', 'At 09:00, Monday through Friday'],
    ['@daily', 'At 00:00'],
    ['0 0 1 1 *', 'At 00:00, on day 1 of the month, only in January'],
    ['1-59/2 * * * *', 'Every 2 minutes, minutes 1 through 59 past the hour'],
  ])('says %s as people do', (cron, words) => {
    expect(cronWords(cron)).toBe(words);
  });

  it.each([
    ['0 0 13 * 5', 'At 00:00, on day 13 of the month or on Friday'],
    [
      '0 0 1-7 6 1-5',
      'At 00:00, between day 1 and 7 of the month or Monday through Friday, only in June',
    ],
    ['0 9 */15 * 1', 'At 09:00, on day 1, 16, and 31 of the month or on Monday'],
  ])('says of %s that either day is enough', (cron, words) => {
    expect(cronWords(cron)).toBe(words);
  });

  it.each([
    ['*/25 * * * *', 'At 0, 25, and 50 minutes past the hour'],
    ['15 */23 * * *', 'At 00:15 and 23:15'],
    ['*/60 * * * *', 'Every hour'],
    ['*/20,5 * * * *', 'At 0, 5, 20, and 40 minutes past the hour'],
    ['0 9 * * 1-5/2', 'At 09:00, only on Monday, Wednesday, and Friday'],
    ['0 0 1 */5 *', 'At 00:00, on day 1 of the month, only in January, June, and November'],
    ['*/1 * * * *', 'Every minute'],
  ])('does not call %s what it is not', (cron, words) => {
    expect(cronWords(cron)).toBe(words);
  });

  it.each(['nonsense', 'every day at two', '@fortnightly', '99 2 * * *', '0 0 41 * mony', ''])(
    'does not make up any for %j',
    (cron) => {
      expect(cronWords(cron)).toBe('not understood by this version');
    },
  );
});
