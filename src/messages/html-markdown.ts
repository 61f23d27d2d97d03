/** Markdown of a description as HTML: headings, lists, quotes, code, links. All else is text. */
import { escapeForHtml, markup, type Markup } from '../templates.ts';
import { defused } from './defuse.ts';

/** Whatever is written, what comes out is only our own tags, with addresses of `http`, `https` and `mailto`. */
export function htmlMarkdown(markdown: string): Markup {
  return markup(blocks(defused(markdown).split('\n'), 0));
}

/** Deeper nesting is shown as text: nobody writes it, and it costs time. */
const deepest = 6;

const fence = /^ {0,3}```/;
const heading = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$/;
const quote = /^ {0,3}> ?/;
const item = /^( {0,3})([-*+]|\d{1,9}[.)])[ \t]+(?=\S)/;
const blank = /^\s*$/;

function blocks(lines: readonly string[], depth: number): string {
  const html: string[] = [];
  for (let at = 0; at < lines.length;) {
    const block = blockAt(lines, at, depth);
    html.push(block.html);
    at = block.end;
  }
  return html.join('\n');
}

interface Block {
  readonly html: string;
  /** The line after its last. */
  readonly end: number;
}

function blockAt(lines: readonly string[], at: number, depth: number): Block {
  const line = lines[at] ?? '';
  if (blank.test(line)) return { html: '', end: at + 1 };
  if (fence.test(line)) return code(lines, at);
  const [, marks, title] = heading.exec(line) ?? [];
  if (marks !== undefined) return { html: `<h3>${inline(title ?? '')}</h3>`, end: at + 1 };
  if (depth < deepest && quote.test(line)) return quoted(lines, at, depth);
  if (depth < deepest && item.test(line)) return list(lines, at, depth);
  return paragraph(lines, at);
}

function code(lines: readonly string[], at: number): Block {
  const end = endOf(lines, at + 1, (line) => !fence.test(line));
  const text = lines.slice(at + 1, end).join('\n');
  return { html: `<pre>${escapeForHtml(text)}</pre>`, end: end + 1 };
}

function quoted(lines: readonly string[], at: number, depth: number): Block {
  const end = endOf(lines, at, (line) => quote.test(line));
  const inner = lines.slice(at, end).map((line) => line.replace(quote, ''));
  return { html: `<blockquote>${blocks(inner, depth + 1)}</blockquote>`, end };
}

function list(lines: readonly string[], at: number, depth: number): Block {
  const ordered = isOrdered(lines[at] ?? '');
  const items: string[] = [];
  let end = at;
  while (item.test(lines[end] ?? '') && isOrdered(lines[end] ?? '') === ordered) {
    const [marker = ''] = item.exec(lines[end] ?? '') ?? [];
    const next = endOf(lines, end + 1, (line) => /^(?: {2}|\t)/.test(line));
    const inner = lines.slice(end + 1, next).map((line) => line.replace(/^(?: {1,4}|\t)/, ''));
    const first = (lines[end] ?? '').slice(marker.length);
    const more = inner.length === 0 ? '' : blocks(inner, depth + 1);
    items.push(`<li>${inline(first)}${more}</li>`);
    end = next;
  }
  const tag = ordered ? 'ol' : 'ul';
  return { html: `<${tag}>${items.join('')}</${tag}>`, end };
}

const isOrdered = (line: string): boolean => /^ *\d/.test(line);

function paragraph(lines: readonly string[], at: number): Block {
  const end = endOf(lines, at + 1, (line) => !blank.test(line) && !begins(line));
  const text = lines.slice(at, end).map((line) => inline(line.trim()));
  return { html: `<p>${text.join('<br>')}</p>`, end };
}

const begins = (line: string): boolean =>
  [fence, heading, quote, item].some((pattern) => pattern.test(line));

/** The first line from `at` on that does not belong. */
function endOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  let end = at;
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1;
  return end;
}

const pieces = new RegExp(
  [
    '`(?<code>[^`]+)`',
    String.raw`!?\[(?<label>[^\][]{1,300})\]\((?<url>[^()\s]{1,1000})\)`,
    String.raw`\*\*(?<strong>[^*]{1,500})\*\*`,
    String.raw`(?<bare>https?:\/\/[^\s<>()"'\`]{1,1000})`,
  ].join('|'),
  'g',
);

function inline(text: string): string {
  let html = '';
  let shownTo = 0;
  for (const found of text.matchAll(pieces)) {
    html += escapeForHtml(text.slice(shownTo, found.index)) + piece(found.groups ?? {}, found[0]);
    shownTo = found.index + found[0].length;
  }
  return html + escapeForHtml(text.slice(shownTo));
}

function piece(groups: Readonly<Record<string, string | undefined>>, whole: string): string {
  const { code: words, label, url, strong, bare } = groups;
  if (words !== undefined) return `<code>${escapeForHtml(words)}</code>`;
  if (strong !== undefined) return `<strong>${inline(strong)}</strong>`;
  const address = bare?.replace(/[.,;:!?]+$/, '') ?? url ?? '';
  if (!/^(?:https?:\/\/|mailto:)/i.test(address)) return escapeForHtml(whole);
  const rest = bare === undefined ? '' : escapeForHtml(bare.slice(address.length));
  return `<a href="${escapeForHtml(address)}">${escapeForHtml(label ?? address)}</a>${rest}`;
}
