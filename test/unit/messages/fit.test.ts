import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, codeBlock, line, outputBlock, paragraph } from '../../../src/messages/fit.ts';
import { escapeForSlack, speak } from '../../../src/templates.ts';
import { hostileText } from '../../support/hostile.ts';

describe('a line', () => {
  it('stays as it is when there is nothing wrong with it', () => {
    expect(line('nightly-report "v2" (50% & more) \'x\'', 100)).toBe(
      'nightly-report "v2" (50% & more) \'x\'',
    );
  });

  it('is cut before it is escaped, so that no entity is halved', () => {
    expect(line('&&&&', 11)).toBe('&&…');
    expect(escapeForSlack(line('&&&&', 11))).toBe('&amp;&amp;…');
    expect(line('&&&&', 20)).toBe('&&&&');
  });

  it('is cut between characters, never in one', () => {
    expect(line('😀😀😀', 5)).toBe('😀😀…');
    expect(line('😀😀😀', 4)).toBe('😀…');
  });

  it('is one line, without control characters and reversals', () => {
    expect(line('a\r\nb\tc\u0000d\u202Ee', 100)).toBe('a b c\uFFFDde');
  });

  it.each(['', '  ', '\n', '\u200B\u2800', '\u3164'])('is never invisible: %j', (text) => {
    expect(line(text, 100)).toBe('(empty)');
    expect(line(text, 100, '(no name)')).toBe('(no name)');
  });

  it('always fits', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 20, max: 200 }), (text, max) => {
        expect(escapeForSlack(line(text, max)).length).toBeLessThanOrEqual(max);
        expect(escapeForSlack(paragraph(text, max)).length).toBeLessThanOrEqual(max);
        expect(String(codeBlock(text, max)).length).toBeLessThanOrEqual(max);
        expect(String(outputBlock(text, 20, max, '-')).length).toBeLessThanOrEqual(max);
        expect(String(code(text, max)).length).toBeLessThanOrEqual(max);
      }),
    );
  });
});

describe('output', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index + 1}`).join('\n');

  it('is shown from its end: the last twenty lines', () => {
    const shown = String(outputBlock(`${lines}\n\n`, 20, 3_000, '-')).split('\n');
    expect(shown).toHaveLength(22);
    expect(shown[1]).toBe('line 81');
    expect(shown.at(-2)).toBe('line 100');
  });

  it('loses its beginning when even those are too long', () => {
    const shown = String(outputBlock(`${'x'.repeat(500)} the end`, 20, 100, '-'));
    expect(shown).toHaveLength(100);
    expect(shown).toMatch(/^```\n…x+ the end\n```$/);
  });

  it('cannot end its own block', () => {
    expect(String(outputBlock('```\n<!channel>\n```', 20, 100, '-'))).toBe(
      '```\n`\u200B`\u200B`\n&lt;!channel&gt;\n`\u200B`\u200B`\n```',
    );
  });

  it('loses its colours', () => {
    const text = '\u001B[1;31mred\u001B[0m \u001B]0;title\u0007plain';
    expect(String(outputBlock(text, 20, 100, '-'))).toBe('```\nred plain\n```');
  });

  it('says so when there is none', () => {
    expect(String(outputBlock(' \n', 20, 100, '(it wrote nothing)'))).toContain('wrote nothing');
  });

  it('takes no longer for long than for short lines', () => {
    // Of the processor: others may have it meanwhile.
    const began = process.cpuUsage();
    for (const piece of [' ', '\n', '`', '\u001B[', 'x']) {
      outputBlock(piece.repeat(200_000), 20, 3_000, '-');
      paragraph(piece.repeat(200_000), 3_000);
      line(piece.repeat(200_000), 3_000);
      codeBlock(piece.repeat(200_000), 3_000);
    }
    expect(process.cpuUsage(began).user).toBeLessThan(3_000_000);
  });
});

describe('a paragraph', () => {
  it('keeps its lines and its code blocks', () => {
    expect(paragraph('do\n\n\n\nthis: \n```\nx\n```\n', 100)).toBe('do\n\nthis:\n```\nx\n```');
  });

  it('leaves no code block open', () => {
    expect(paragraph('```\nnever closed', 100)).not.toContain('```');
  });
});

describe('for the page of the local Slack', () => {
  it('a cron keeps its stars, though that page takes them for bold letters', () => {
    speak('local');
    try {
      expect(String(code('30 2 * * *', 100))).toBe('`30 2 ∗ ∗ ∗`');
      expect(line('`* *` is *bold*', 100)).toBe('`∗ ∗` is *bold*');
      expect(paragraph('write `*`\n* or not', 100)).toBe('write `∗`\n* or not');
    } finally {
      speak('slack');
    }
    expect(String(code('30 2 * * *', 100))).toBe('`30 2 * * *`');
    expect(line('`* *`', 100)).toBe('`* *`');
  });
});
