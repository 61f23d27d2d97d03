import { describe, expect, it } from 'vitest';
import { markdownSection, plainMarkdown } from '../../../src/messages/plain-markdown.ts';

const description = `# Nightly report
What it does.

## Recovery Procedures
- **Look** at [the table](http://db.example/t)
### More
Call somebody.

## Other
no`;

describe('a section of a description', () => {
  it('ends where the next heading of its rank begins', () => {
    expect(markdownSection(description, /^recovery procedures$/i)).toBe(
      '- **Look** at [the table](http://db.example/t)\n### More\nCall somebody.',
    );
  });

  it('is null when it is missing or empty', () => {
    expect(markdownSection('no headings', /^recovery procedures$/i)).toBeNull();
    expect(
      markdownSection('## Recovery Procedures\n\n## Next\nx', /^recovery procedures$/i),
    ).toBeNull();
    expect(markdownSection('', /^recovery procedures$/i)).toBeNull();
  });

  it('is found with closing marks and Windows line ends', () => {
    expect(markdownSection('## Recovery Procedures ##\r\nx\r\n', /^recovery procedures$/i)).toBe(
      'x',
    );
  });
});

it('is shown in the marks that Slack has', () => {
  expect(plainMarkdown(description)).toBe(`*Nightly report*
What it does.

*Recovery Procedures*
• *Look* at the table (http://db.example/t)
*More*
Call somebody.

*Other*
no`);
  expect(plainMarkdown('* a\n  + b\n[http://x](http://x) ![i](j.png) # no heading')).toBe(
    '• a\n  • b\nhttp://x i (j.png) # no heading',
  );
});
