import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CronProblem, parseCron } from '../../../src/schedule/parse-cron.ts';
import { cronOf } from './reading.ts';

function problem(text: string): CronProblem | null {
  const parsed = parseCron(text);
  return parsed.ok ? null : parsed.problem;
}

describe('a cron is read', () => {
  it('field by field: numbers, lists, ranges, steps', () => {
    const cron = cronOf('0,30 9-17/4 1,15 */6 *');
    expect(cron.times).toEqual({ hours: [9, 13, 17], minutes: [0, 30] });
    expect([...cron.days]).toEqual([1, 15]);
    expect([...cron.months]).toEqual([1, 7]);
    expect([...cron.weekdays]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@Hourly', '0 * * * *'],
    ['0\t9  * jan-MAR,Dec mon-FRI', '0 9 * 1-3,12 1-5'],
    ['* * * * 7', '* * * * 0'],
    ['* * * * 5-7', '* * * * 5-7'],
    ['* * * * fri-sun', '* * * * 5-7'],
    ['* * * * sun-tue', '* * * * 0-2'],
    ['* * * * */2', '* * * * */2'],
    ['*/1 */23 */31 */12 */6', '*/1 */23 */31 */12 */6'],
    ['5,5,1 * * * *', '5,5,1 * * * *'],
  ])('%s is printed as %s, which is read as the same', (text, canonical) => {
    expect(cronOf(text).text).toBe(canonical);
    expect(cronOf(canonical)).toEqual(cronOf(text));
  });

  it('with Sunday as 0, as 7, by its name and at the end of a week', () => {
    for (const text of ['0', '7', 'sun', 'SUN', '7-7', '0-0', '0,7']) {
      expect([...cronOf(`* * * * ${text}`).weekdays]).toEqual([0]);
    }
    expect([...cronOf('* * * * 5-7').weekdays]).toEqual([5, 6, 0]);
    expect([...cronOf('* * * * 0-7').weekdays]).toHaveLength(7);
  });

  it('with day or weekday to suit, unless one of them is literally a star', () => {
    expect(cronOf('0 0 13 * 5').dayRule).toBe('either');
    expect(cronOf('0 0 */1 * 5').dayRule).toBe('either');
    expect(cronOf('0 0 13 * *,1').dayRule).toBe('either');
    expect(cronOf('0 0 * * 5').dayRule).toBe('both');
    expect(cronOf('0 0 13 * *').dayRule).toBe('both');
  });

  it.each(['* 2 * * *', '*/5 2 * * *', '0 * * * *', '0 */2 * * *', '1-5 */1 * * *'])(
    '%s follows real time',
    (text) => expect(cronOf(text).clock).toBe('real'),
  );

  it.each(['0 2 * * *', '0-59 0-23 * * *', '0 0-23/2 * * *', '0-59/5 2 * * *', '*/5,7 2 * * *'])(
    '%s are times of day',
    (text) => expect(cronOf(text).clock).toBe('fixed'),
  );

  it('on dates that come: at the end of months, on leap days, on a weekday beside a date that never is', () => {
    for (const text of [
      '0 0 31 1-12 *',
      '0 0 29 2 *',
      '0 0 30 2 1',
      '0 0 31 4 */1',
      '0 0 28-31 2 *',
    ]) {
      expect(problem(text)).toBeNull();
    }
  });
});

describe('a cron is refused', () => {
  it.each<[string, CronProblem['field'], string]>([
    ['', null, 'A cron has five fields (minute, hour, day, month, weekday): write them here.'],
    ['bad', null, 'A cron has five fields (minute, hour, day, month, weekday), `bad` has 1.'],
    [
      '* * * * * *',
      null,
      'A cron has five fields (minute, hour, day, month, weekday), `* * * * * *` has 6.',
    ],
    [' * * * * *', null, 'A cron has no white space before or after it.'],
    ['* * * * *\n', null, 'A cron has no white space before or after it.'],
    ['60 * * * *', 'minute', 'The minute `60` is out of range: 0-59 are allowed.'],
    ['* 0-24 * * *', 'hour', 'The hour `24` is out of range: 0-23 are allowed.'],
    ['* * 0 * *', 'day', 'The day `0` is out of range: 1-31 are allowed.'],
    ['* * * * 8', 'weekday', 'The weekday `8` is out of range: 0-7 are allowed.'],
    [
      '* 5-1 * * *',
      'hour',
      'The hour `5-1` is an empty range: write the smaller number first, or two ranges.',
    ],
    [
      '* * * * fri-mon',
      'weekday',
      'The weekday `fri-mon` is an empty range: write the smaller number first, or two ranges.',
    ],
    ['*/0 * * * *', 'minute', 'The step of the minute `*/0` is out of range: 1-60 are allowed.'],
    ['* */24 * * *', 'hour', 'The step of the hour `*/24` is out of range: 1-23 are allowed.'],
    ['5/10 * * * *', 'minute', 'The minute `5/10` has a step but no range: write `5-59/10`.'],
    ['05 * * * *', 'minute', 'The minute `05` begins with a zero: write `5`.'],
    ['0 0 30 2 *', 'day', '`0 0 30 2 *` would never launch: no month it names has such a day.'],
    [
      '0 0 31 4,6,sep,nov *',
      'day',
      '`0 0 31 4,6,9,11 *` would never launch: no month it names has such a day.',
    ],
    [
      '@reboot',
      null,
      '`@reboot` is not known: write five fields, or one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly.',
    ],
    [
      '@constructor',
      null,
      '`@constructor` is not known: write five fields, or one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly.',
    ],
    [
      '* * * L *',
      'month',
      'The month `L` is not understood: write `*`, numbers of 1-12 (or names such as `jan`), ranges `1-5`, steps `*/2`, lists `1,3`.',
    ],
    [
      'jan * * * *',
      'minute',
      'The minute `jan` is not understood: write `*`, numbers of 0-59, ranges `1-5`, steps `*/2`, lists `1,3`.',
    ],
  ])('%j: field %s, %s', (text, field, message) => {
    expect(problem(text)).toEqual({ field, message });
  });

  it.each([
    '1,,2',
    ',1',
    '1,',
    '1-',
    '-1',
    '1-2-3',
    '+1',
    '**',
    '*-5',
    '1-*',
    '*/',
    '/5',
    '*/-1',
    '1.5',
    '１',
    '1e1',
    '0x1',
    '*/1/2',
    '?',
  ])('for a minute %s', (minute) => expect(problem(`${minute} * * * *`)?.field).toBe('minute'));

  it('when it is too long to be meant, and not just before', () => {
    const long = (count: number): string => `${'1,'.repeat(count)}1 * * * *`;
    expect(problem(long(495))).toBeNull();
    expect(problem(long(496))).toEqual({
      field: null,
      message: 'A cron has at most 1000 characters.',
    });
  });
});

it('anything at all is read or refused, and what is printed is read as the same', () => {
  const part = fc.oneof(
    fc.integer({ min: 0, max: 70 }).map(String),
    fc.constantFrom('*', ',', '-', '/', ' ', '  ', 'mon', 'Jan', 'L', '@daily', '0', '\n', '💥'),
  );
  const text = fc.oneof(
    fc.array(part, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.array(part, { minLength: 5, maxLength: 5 }).map((parts) => parts.join(' ')),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (written) => {
      const parsed = parseCron(written);
      const again = parsed.ok ? parseCron(parsed.cron.text) : parsed;
      expect(again).toEqual(parsed);
    }),
    { numRuns: 500 },
  );
});
