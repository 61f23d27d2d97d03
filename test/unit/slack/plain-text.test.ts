import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/slack/plain-text.ts';

describe('what a person typed', () => {
  it.each([
    ['launch &lt;a&gt; &amp;&amp; b', 'launch <a> && b'],
    ['a literal &amp;lt; stays one', 'a literal &lt; stays one'],
    ['URL=<http://example.com|example.com>', 'URL=example.com'],
    ['URL=<https://example.com/a?b=1&amp;c=2>', 'URL=https://example.com/a?b=1&c=2'],
    ['MAIL=<mailto:ann@example.com|ann@example.com>', 'MAIL=ann@example.com'],
    ['OWNER=<@U012AB3CD|ann>', 'OWNER=@ann'],
    ['OWNER=<@U012AB3CD>', 'OWNER=@U012AB3CD'],
    ['ROOM=<#C012AB3CD|general>', 'ROOM=#general'],
    ['ROOM=<#C012AB3CD|>', 'ROOM=#C012AB3CD'],
    ['WHO=<!here>', 'WHO=@here'],
    ['WHO=<!subteam^S012AB3CD|@ops>', 'WHO=@ops'],
    ['launch “two words” A=‘b c’', `launch "two words" A='b c'`],
    ['logs 12 —full', 'logs 12 --full'],
    ['MSG=a—b', 'MSG=a—b'],
    ['la\u200bunch\0', 'launch'],
  ])('%s is %s', (text, typed) => {
    expect(plainText(text)).toBe(typed);
  });

  it('does not believe a label that is not the address it stands for', () => {
    expect(plainText('<https://evil.example|https://good.example>')).toBe('https://evil.example');
  });

  it('is what Slack escaped, whatever it was', () => {
    const ordinary = fc.string({ unit: 'grapheme' }).filter((text) => plainText(text) === text);
    fc.assert(
      fc.property(ordinary, fc.constantFrom('<b>', '&', '<!channel>', '&lt;', ''), (a, b) => {
        const typed = a + b;
        const escaped = typed
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;');
        expect(plainText(escaped)).toBe(typed);
      }),
    );
  });
});
