/** All wording: compiles templates once a process and fills them in. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';
import { examine, type Examined } from './templates/examine.ts';
import { readTexts, type Written } from './templates/read-texts.ts';

/**
 * Fills in a template: `slack/run#title` is the part `title` of `templates/slack/run.hbs`,
 * `pages/instance` a file without parts. In `slack/` exactly `&`, `<` and `>` of every value are
 * escaped, as Slack wants it; in `texts/`, which are plain, nothing is;
 * elsewhere Handlebars escapes for HTML. Markup of our own making is passed as `markup(...)`. A name
 * that does not exist is a programmer's error and throws.
 */
export function render(name: string, view: Readonly<Record<string, unknown>> = {}): string {
  if (templates === undefined) loadTemplates();
  const template = templates?.get(name);
  if (template === undefined) throw new Error(`there is no template ${name}`);
  return template(view);
}

/**
 * Takes the wording of a folder (the configuration's `templates`) before our own, file by file and
 * part by part. Throws a `TemplatesError` with every problem of every file; what was in force stays.
 */
export function loadTemplates(overrideFolder: string | null = null): void {
  const { texts, problems } = textsWith(overrideFolder);
  if (problems.length > 0) throw new TemplatesError(problems);
  templates = new Map([...texts].map(([name, text]) => [name, compile(text)]));
}

/** Fills in every text there is with sample data, and says what is wrong, or may be. */
export function checkTemplates(overrideFolder: string | null): Examined & { texts: number } {
  const { texts, problems, doubts } = textsWith(overrideFolder);
  const ours = readTexts(ownFolder()).texts.flatMap((text) => examine(text, text).problems);
  return { texts: texts.size, problems: [...ours, ...problems], doubts };
}

/** A folder of wording that cannot be used: one sentence a problem, with file and line. */
export class TemplatesError extends Error {
  override readonly name = 'TemplatesError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Text that is markup already: our own links, mentions and dates, with what is in them escaped. */
export const markup = (text: string): Handlebars.SafeString => new Handlebars.SafeString(text);
export type Markup = Handlebars.SafeString;

/**
 * How markup is written: as Slack reads it, or as the page of the local Slack does, which shows
 * dates, code blocks and entities as they are typed.
 */
export type Dialect = 'slack' | 'local';
let dialect: Dialect = 'slack';

/** Says once, at the start of a process or thread, to whom messages will speak. */
export function speak(to: Dialect): void {
  dialect = to;
}

export const speaksLocally = (): boolean => dialect === 'local';

/** What Slack decodes, and nothing else: quotes and backticks stay as they are. */
export function escapeForSlack(text: string): string {
  // The page escapes by itself; the gap keeps what people typed from being read as a link.
  if (speaksLocally()) return text.replaceAll('<', '<\u200B');
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** For markup of our own making, in pages and mail. */
export const escapeForHtml = (text: string): string => Handlebars.escapeExpression(text);

type Template = (view: Readonly<Record<string, unknown>>) => string;

let templates: ReadonlyMap<string, Template> | undefined;

interface Texts extends Examined {
  readonly texts: ReadonlyMap<string, Written>;
}

/** Ours, with those of a folder in the place of some, as far as they can be used. */
function textsWith(folder: string | null): Texts {
  const ours = new Map(readTexts(ownFolder()).texts.map((text) => [text.name, text]));
  if (folder === null) return { texts: ours, problems: [], doubts: [] };
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    return { texts: ours, problems: [`the folder ${folder} does not exist`], doubts: [] };
  }
  const { texts: given, others } = readTexts(folder);
  const strangers = others.map((file) => `${file}: only .hbs files can replace a text`);
  const examined = given.map((text): Examined => {
    const replaced = ours.get(text.name);
    if (replaced !== undefined) return examine(text, replaced);
    return { problems: [`${text.file}, line ${text.line}: ${unknown(text, ours)}`], doubts: [] };
  });
  return {
    texts: new Map([...ours, ...given.map((text) => [text.name, text] as const)]),
    problems: [...strangers, ...examined.flatMap(({ problems }) => problems)],
    doubts: examined.flatMap(({ doubts }) => doubts),
  };
}

function unknown({ name }: Written, ours: ReadonlyMap<string, Written>): string {
  const [file = '', part] = name.split('#');
  const parts = [...ours.keys()].filter((known) => known.startsWith(`${file}#`));
  if (parts.length === 0) return `there is no text ${file} to replace`;
  if (part === undefined)
    return `it has no parts: each begins with a line such as {{!-- ${parts[0]?.split('#')[1]} --}}`;
  return `there is no part ${part} to replace`;
}

/** Compiling is put off until first use. */
function compile({ name, source }: Written): Template {
  const [file = ''] = name.split('#');
  // What a text is filled in with stays as it is, to the last space.
  if (file.startsWith('texts/')) return Handlebars.compile(source.trim(), { noEscape: true });
  if (!file.startsWith('slack/')) return Handlebars.compile(source);
  // Handlebars' escape function is one for all templates of the process, so the values are
  // escaped before they get there; three braces let nothing through either.
  const template = Handlebars.compile<unknown>(source, { noEscape: true });
  return (view) => template(escaped(view)).trim();
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return escapeForSlack(value);
  if (value instanceof Handlebars.SafeString) return value;
  if (Array.isArray(value)) return value.map((entry) => escaped(entry));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, escaped(entry)]));
  }
  return value;
}

/** Beside package.json: the same from `src` and from `dist/src`. */
function ownFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the templates folder was not found');
    folder = parent;
  }
  return path.join(folder, 'templates');
}
