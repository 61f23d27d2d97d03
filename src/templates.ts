/** All wording: compiles templates once a process and fills them in. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';

/**
 * Fills in a template: `slack/run#title` is the part `title` of `templates/slack/run.hbs`,
 * `pages/instance` a file without parts. In `slack/` exactly `&`, `<` and `>` of every value are
 * escaped, as Slack wants it; in `texts/`, which are plain, nothing; elsewhere Handlebars escapes for
 * HTML. Markup of our own making is passed as `markup(...)`. A name that does not exist is a programmer's error and throws.
 */
export function render(name: string, view: Readonly<Record<string, unknown>> = {}): string {
  templates ??= load(null);
  const template = templates.get(name);
  if (template === undefined) throw new Error(`there is no template ${name}`);
  return template(view);
}

/**
 * Takes the wording of a folder (the configuration's `templates`) before our own, file by file and
 * part by part. Throws with every problem of every file.
 */
export function loadTemplates(overrideFolder: string | null = null): void {
  templates = load(overrideFolder);
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

type Template = (view: Readonly<Record<string, unknown>>) => string;

let templates: ReadonlyMap<string, Template> | undefined;

function load(overrideFolder: string | null): ReadonlyMap<string, Template> {
  const problems: string[] = [];
  const sources = new Map(readFolder(ownFolder()));
  if (overrideFolder !== null) {
    if (!existsSync(overrideFolder)) problems.push(`the folder ${overrideFolder} does not exist`);
    else {
      for (const [name, source] of readFolder(overrideFolder)) {
        if (sources.has(name)) sources.set(name, source);
        else problems.push(`${name}: there is no such text to replace`);
      }
    }
  }
  const compiled = new Map<string, Template>();
  for (const [name, source] of sources) {
    try {
      compiled.set(name, compile(name, source));
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) throw new Error(`templates: ${problems.join('; ')}`);
  return compiled;
}

function compile(name: string, source: string): Template {
  // Compiling is put off until first use: parsing now says what is wrong with it at the start.
  Handlebars.parse(source);
  if (name.startsWith('texts/')) {
    const plain = Handlebars.compile<unknown>(source, { noEscape: true });
    return (view) => plain(view).trim();
  }
  if (!name.startsWith('slack/')) return Handlebars.compile(source);
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

/** Every text of a folder by name, the parts of a file one by one. */
function readFolder(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.hbs'))
    .toSorted()
    .flatMap((file) => {
      const name = file.slice(0, -'.hbs'.length).split(path.sep).join('/');
      return parts(name, readFileSync(path.join(folder, file), 'utf8'));
    });
}

/** A line `{{!-- title --}}` begins the part `title`; what stands before the first is a comment. */
function parts(name: string, source: string): [string, string][] {
  const [before = '', ...rest] = source.split(/^\{\{!-- ([a-z][\w-]*) --\}\}\r?\n/m);
  if (rest.length === 0) return [[name, before]];
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) {
    result.push([`${name}#${rest[i] ?? ''}`, rest[i + 1] ?? '']);
  }
  return result;
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
