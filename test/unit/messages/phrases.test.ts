import { expect, it } from 'vitest';
import {
  channelMention,
  elapsed,
  link,
  person,
  size,
  span,
} from '../../../src/messages/phrases.ts';

const zero = new Date(0);
const after = (seconds: number): Date => new Date(seconds * 1_000);

it.each([
  [0, 'less than a second'],
  [1, '1 s'],
  [60, '1 min'],
  [64, '1 min 4 s'],
  [3_600, '1 h'],
  [3_725, '1 h 2 min'],
  [86_400, '1 d'],
  [90_000, '1 d 1 h'],
  [-5, 'less than a second'],
])('says %i seconds as %s', (seconds, said) => {
  expect(span(zero, after(seconds))).toBe(said);
});

it.each([
  [0, 'less than a minute'],
  [59, 'less than a minute'],
  [60, 'over 1 min'],
  [599, 'over 9 min'],
  [899, 'over 10 min'],
  [3_599, 'over 55 min'],
  [5_400, 'over 1 h 30 min'],
  [86_400, 'over 1 d'],
  [3 * 86_400 + 5, 'over 3 d'],
])('says that %i seconds have passed as %s', (seconds, said) => {
  expect(elapsed(zero, after(seconds))).toBe(said);
});

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_234, '1.2 kB'],
  [1_234_567, '1.2 MB'],
  [9_876_543_210, '9.9 GB'],
])('says %i bytes as %s', (bytes, said) => {
  expect(size(bytes)).toBe(said);
});

it('mentions only whom Slack can know', () => {
  expect(String(person('ann', 'U0ANN'))).toBe('<@U0ANN>');
  expect(String(person('ann <b>', null))).toBe('ann &lt;b&gt;');
  expect(String(person('ann', '!channel'))).toBe('ann');
  expect(String(channelMention('C0ALERTS'))).toBe('<#C0ALERTS>');
  expect(String(channelMention('#alerts>'))).toBe('#alerts&gt;');
});

it('links without letting the label out', () => {
  expect(String(link('http://x.example/a?b=1&c=2', 'a|b>c<d'))).toBe(
    '<http://x.example/a?b=1&amp;c=2|a❘b&gt;c&lt;d>',
  );
  expect(String(link('http://x.example/a b|c>', 'x'))).toBe('<http://x.example/a%20b%7Cc%3E|x>');
});
