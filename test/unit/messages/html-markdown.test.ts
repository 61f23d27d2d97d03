import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlMarkdown } from '../../../src/messages/html-markdown.ts';
import { hostileText, hostileTexts } from '../../support/hostile.ts';

const html = (markdown: string): string => String(htmlMarkdown(markdown));

describe('a description in HTML', () => {
  it('has headings, paragraphs, emphasis and code', () => {
    expect(html('# Report ##\nWhat it *does*,\nand **why** `a<b`.\n\nMore.')).toBe(
      '<h3>Report</h3>\n<p>What it *does*,<br>and <strong>why</strong> <code>a&lt;b</code>.</p>\n\n<p>More.</p>',
    );
  });

  it('has lists in lists, quotes, and blocks of code', () => {
    expect(html('1. one\n   - a\n   - b\n2. two\n\n> so\n> it is\n\n```sh\nx <y>\n```')).toBe(
      '<ol><li>one<ul><li>a</li><li>b</li></ul></li><li>two</li></ol>\n\n' +
        '<blockquote><p>so<br>it is</p></blockquote>\n\n<pre>x &lt;y&gt;</pre>',
    );
  });

  it('links what may be opened, and nothing else', () => {
    expect(html('[wiki](https://w.example/a?b=1&c=2) and https://x.example/y.')).toBe(
      '<p><a href="https://w.example/a?b&#x3D;1&amp;c&#x3D;2">wiki</a> and ' +
        '<a href="https://x.example/y">https://x.example/y</a>.</p>',
    );
    expect(
      html('[x](javascript:alert(1)) [y](data:text/html,z) [z](//evil.example)'),
    ).not.toContain('<a');
  });

  it.each(['', '\n\n', '```', '> ', '- ', '#', '`', '**', '[](x)', '<script>alert(1)</script>'])(
    'takes %j as it comes',
    (text) => {
      expect(html(text)).not.toContain('<script');
    },
  );
});

const ours =
  /^<(?:\/?(?:h3|p|ul|ol|li|pre|code|strong|blockquote)|br|a href="(?:https?:\/\/|mailto:)[^"<>]*"|\/a)>$/i;

it('is only our own tags, whatever is written', () => {
  const marks = fc.constantFrom(
    '# ',
    '- ',
    '1. ',
    '> ',
    '```',
    '`',
    '**',
    '[',
    '](',
    ')',
    'http://',
  );
  const text = fc.array(fc.oneof(marks, hostileText, fc.constant('\n'))).map((all) => all.join(''));
  fc.assert(
    fc.property(text, (markdown) => {
      for (const [tag] of html(markdown.slice(0, 20_000)).matchAll(/<[^>]*>?/g)) {
        expect(tag).toMatch(ours);
      }
    }),
    { examples: hostileTexts.map((markdown): [string] => [markdown]) },
  );
});

it('takes no time over what nobody would write', () => {
  for (const piece of ['> ', '- ', '`', '**', '[a](', '  - x\n', '> - ', 'http://', '\n']) {
    const begin = performance.now();
    html(piece.repeat(20_000 / piece.length));
    expect(performance.now() - begin).toBeLessThan(1_000);
  }
});
