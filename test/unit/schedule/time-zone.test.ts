import { describe, expect, it } from 'vitest';
import { dateOf, dayOf, weekdayOf } from '../../../src/schedule/calendar.ts';
import { millisecondsOf, minuteOf } from '../../../src/schedule/minute.ts';
import { timeZone } from '../../../src/schedule/time-zone.ts';
import { zonedText } from '../../../src/schedule/zoned-text.ts';
import { at, zoneNamed } from './reading.ts';

describe('a zone', () => {
  it('is known by its name, made once, and undefined when there is no such', () => {
    expect(timeZone('Asia/Tokyo')).toBe(timeZone('Asia/Tokyo'));
    for (const name of ['Mars/Olympus', '', 'UTC ', 'constructor']) {
      expect(timeZone(name)).toBeUndefined();
    }
  });

  it('has stretches from change to change', () => {
    const { stretchAt } = zoneNamed('Europe/Berlin');
    expect(stretchAt(at('2024-07-01T00:00Z'))).toEqual({
      from: at('2024-03-31T01:00Z'),
      to: at('2024-10-27T01:00Z'),
      before: 60,
      offset: 120,
    });
    expect(stretchAt(at('2024-03-31T00:59Z')).offset).toBe(60);
    expect(stretchAt(at('2024-03-31T01:00Z')).offset).toBe(120);
  });

  it('may change its clocks twice in a month, at one past midnight, or never', () => {
    const changes = (name: string, year: number): number => {
      const { stretchAt } = zoneNamed(name);
      const end = at(`${year + 1}-01-01T00:00Z`);
      let count = 0;
      let stretch = stretchAt(at(`${year}-01-01T00:00Z`));
      for (; stretch.to < end; stretch = stretchAt(stretch.to)) count += 1;
      return count;
    };
    expect(changes('Africa/Casablanca', 2018)).toBe(3);
    expect(changes('Africa/Cairo', 2014)).toBe(4);
    expect(changes('Asia/Tokyo', 2024)).toBe(0);
    expect(zoneNamed('America/St_Johns').stretchAt(at('2010-05-01T00:00Z')).from).toBe(
      at('2010-03-14T03:31Z'),
    );
  });

  it.each([
    ['UTC', '2024-02-29T12:34:00Z'],
    ['Europe/London', '2024-01-01T00:00:00+00:00'],
    ['America/St_Johns', '2024-01-01T00:00:00-03:30'],
    ['Pacific/Apia', '2011-12-31T00:00:00+14:00'],
  ])('in %s a minute is written %s', (name, text) => {
    expect(zonedText(at(text), zoneNamed(name))).toBe(text);
  });
});

describe('the calendar', () => {
  it('is that of Date, over five centuries', () => {
    for (let day = dayOf({ year: 1899, month: 12, day: 31 }); day < 160_000; day += 13) {
      const date = new Date(day * 86_400_000);
      const here = {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      };
      expect(dateOf(day)).toEqual(here);
      expect(dayOf(here)).toBe(day);
      expect(weekdayOf(day)).toBe(date.getUTCDay());
    }
  });

  it('holds all fourteen kinds of year in any forty of them', () => {
    const kind = (year: number): string => {
      const [first, next] = [year, year + 1].map((of) => dayOf({ year: of, month: 1, day: 1 }));
      return `${weekdayOf(first ?? 0)} ${(next ?? 0) - (first ?? 0)}`;
    };
    for (let from = 2000; from < 2400; from += 1) {
      const kinds = Array.from({ length: 40 }, (_, past) => kind(from + past));
      expect(new Set(kinds).size).toBe(14);
    }
  });
});

it('a minute holds all its seconds, and those of before 1970', () => {
  expect(minuteOf(Date.parse('2024-01-01T00:00:59.999Z'))).toBe(at('2024-01-01T00:00Z'));
  expect(minuteOf(-1)).toBe(-1);
  expect(millisecondsOf(minuteOf(120_001))).toBe(120_000);
});
