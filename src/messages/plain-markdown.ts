/** Markdown of a description in the little that Slack's own markup can say. */

/**
 * The text below a heading, up to the next heading of its level or above; null when there is no
 * such heading, or nothing below it.
 */
export function markdownSection(markdown: string, heading: RegExp): string | null {
  const lines = markdown.split(/\r?\n/);
  const from = lines.findIndex((text) => heading.test(headingText(text) ?? ''));
  if (from === -1) return null;
  const level = levelOf(lines[from] ?? '');
  const length = lines
    .slice(from + 1)
    .findIndex((text) => headingText(text) !== null && levelOf(text) <= level);
  const body = lines.slice(from + 1, length === -1 ? undefined : from + 1 + length).join('\n');
  return body.trim() === '' ? null : body.trim();
}

/** Headings and bold, bullets and links in Slack's way; still to be escaped. */
export function plainMarkdown(markdown: string): string {
  return markdown
    .split(/\r?\n/)
    .map((text) => plainLine(text))
    .join('\n');
}

function plainLine(text: string): string {
  const heading = headingText(text);
  if (heading !== null) return `*${heading}*`;
  return text
    .replace(/^(\s*)[-*+]\s+/, '$1• ')
    .replaceAll(/!?\[([^\][]{0,300})\]\(([^()\s]{0,500})\)/g, (_, label: string, url: string) =>
      label === url ? url : `${label} (${url})`,
    )
    .replaceAll(/\*\*([^*]{1,500})\*\*/g, '*$1*');
}

const headingPattern = /^ {0,3}(#{1,6})[ \t]+(.*)$/;

const levelOf = (text: string): number => headingPattern.exec(text)?.[1]?.length ?? 0;

function headingText(text: string): string | null {
  const found = headingPattern.exec(text)?.[2];
  return found === undefined ? null : found.replace(/[\s#]+$/, '').trim();
}
