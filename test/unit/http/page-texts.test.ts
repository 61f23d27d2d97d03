import { describe, expect, it } from 'vitest';
import { showLength, showOutput, showTime } from '../../../src/http/page/page-texts.ts';

describe('the texts of pages', () => {
  it('give a time with its zone, also over a change of the clock', () => {
    const tokyo = showTime('Asia/Tokyo');
    expect(tokyo(new Date('2016-04-20T07:29:57.302Z'))).toBe('2016-04-20 16:29:57 GMT+9');
    expect(tokyo(null)).toBe('');
    const berlin = showTime('Europe/Berlin');
    expect(berlin(new Date('2026-10-25T00:30:00Z'))).toBe('2026-10-25 02:30:00 CEST');
    expect(berlin(new Date('2026-10-25T01:30:00Z'))).toBe('2026-10-25 02:30:00 CET');
    expect(showTime('UTC')(new Date(0))).toBe('1970-01-01 00:00:00 UTC');
  });

  it.each([
    [0, '0.0 s'],
    [449, '0.4 s'],
    [12_000, '12 s'],
    [59_600, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [7_200_000, '2 h 0 min'],
    [-5_000, '0.0 s'],
  ])('give %i ms as %s', (ms, text) => {
    expect(showLength(new Date(0), new Date(ms))).toBe(text);
    expect(showLength(null, new Date(ms))).toBe('');
  });

  it('make output readable', () => {
    const bytes = Buffer.concat([
      Buffer.from('a\r\n\u001b[1;31mb\u001b[0m\tc\u0007🦊'),
      Buffer.from([0xff, 0x0a]),
    ]);
    expect(showOutput(bytes)).toBe('a\nb\tc\uFFFD🦊\uFFFD\n');
  });
});
