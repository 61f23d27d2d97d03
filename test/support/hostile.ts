// What a job, a person or a command may call itself or write, with the worst of intentions.

import fc from 'fast-check';

export const hostileTexts: readonly string[] = [
  '<!channel>',
  '<!here|x>',
  '<!everyone>',
  '<!subteam^S123|@team>',
  '<@U1>',
  '<@U0123ABC>',
  '<http://evil.example|click here>',
  '<!date^0^{date}|x>',
  '&lt;!channel&gt;',
  '&amp;lt;',
  '@channel @here',
  '`',
  '```',
  '```` <!channel> ````',
  'a```b``c`d',
  'x'.repeat(10_000),
  '<'.repeat(10_000),
  '&'.repeat(10_000),
  '`'.repeat(10_000),
  '😀'.repeat(5_000),
  '👩‍👩‍👧‍👦'.repeat(1_000),
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢',
  '',
  ' ',
  '\n\n\n',
  '\u200B\u200B',
  '\u2800',
  '\u0000',
  'a\u0000b',
  '\uD800',
  'x\uDC00y',
  '\u202Egnp.exe',
  'مرحبا <b>',
  'one\ntwo\r\nthree\rfour',
  '\u001B[31mred\u001B[0m',
  '\u2028\u2029',
  '*bold* _it_ ~no~ > quote',
  '> quoted',
  '{{name}} {{{name}}} {{#if x}}',
  '__proto__',
  'constructor',
  'a|b>c',
  '"quoted" \'single\' = (x)',
  '\n'.repeat(5_000),
];

/** Any text at all, and the worst pieces in any mixture. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ maxLength: 50 })), {
      maxLength: 4,
    })
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('<', '>', '&', '`', 'x', ' ', '\n', '😀', '\u0000'), fc.nat(4_000))
    .map(([c, n]) => c.repeat(n)),
);
