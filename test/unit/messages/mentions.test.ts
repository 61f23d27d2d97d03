import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkMessage } from '../../../src/messages/check-message.ts';
import { section } from '../../../src/messages/blocks.ts';
import { callingText, mentionedNames } from '../../../src/messages/mentions.ts';
import { hostileText } from '../../support/hostile.ts';

const mentions = new Map([
  ['ann', 'U0ANN'],
  ['ben.jones', 'U0BEN'],
]);
const call = (text: string): string => String(callingText(text, 1_000, mentions));

it.each([
  ['@ann', '<@U0ANN>'],
  ['call @Ann, or @ben.jones.', 'call <@U0ANN>, or <@U0BEN>.'],
  ['@here <x>', '<!here> &lt;x&gt;'],
  ['@channel @everyone', '<!channel> <!everyone>'],
  ['<@U0ANN> & <!subteam^S0OPS|@oncall>', '<@U0ANN> &amp; <!subteam^S0OPS>'],
  ['@nobody', '@nobody'],
  ['ann@ann.example and @annabel', 'ann@ann.example and @annabel'],
  ['<!channel> <@here> <https://x|y>', '&lt;!channel&gt; &lt;<!here>&gt; &lt;https://x|y&gt;'],
])('reads %s as %s', (text, read) => {
  expect(call(text)).toBe(read);
});

it('looks up the names that a text calls, and no addresses', () => {
  expect(mentionedNames('@Ann, b@c.example, @ben.jones.')).toEqual(['ann', 'ben.jones']);
});

it('lets no text become more than text and calls', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const said = call(text);
      const message = { text: 'x', blocks: [section(said)] };
      expect(checkMessage(message, { calls: true })).toEqual([]);
    }),
  );
});
