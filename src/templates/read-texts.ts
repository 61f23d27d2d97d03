/** Reads the texts of a folder: a file of `.hbs` is one text, or the parts that it is divided into. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One text as it is written, and where. */
export interface Written {
  /** `slack/run#title` is the part `title` of `slack/run.hbs`, `pages/instance` a file without parts. */
  readonly name: string;
  readonly source: string;
  /** The comment that its file begins with. */
  readonly preface: string;
  readonly file: string;
  /** Of the file, on which the text begins: from 1. */
  readonly line: number;
}

/** Every text of a folder by name, and the files that hold none. Hidden files are nobody's business. */
export function readTexts(folder: string): { texts: Written[]; others: string[] } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some((step) => step.startsWith('.')))
    .toSorted();
  const texts = files.filter((file) => file.endsWith('.hbs'));
  return {
    texts: texts.flatMap((file) => partsOf(folder, file)),
    others: files.filter((file) => !texts.includes(file)).map((file) => path.join(folder, file)),
  };
}

/** A line `{{!-- title --}}` begins the part `title`; what stands before the first is a comment. */
function partsOf(folder: string, relative: string): Written[] {
  const name = relative.slice(0, -'.hbs'.length).split(path.sep).join('/');
  const file = path.join(folder, relative);
  const [before = '', ...rest] = readFileSync(file, 'utf8').split(partLine);
  if (rest.length === 0) return [{ name, source: before, preface: '', file, line: 1 }];
  const parts: Written[] = [];
  let line = linesIn(before) + 1;
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const source = rest[i + 1] ?? '';
    line += 1;
    parts.push({ name: `${name}#${rest[i] ?? ''}`, source, preface: before, file, line });
    line += linesIn(source);
  }
  return parts;
}

const partLine = /^\{\{!-- ([a-z][\w-]*) --\}\}\r?\n/m;

const linesIn = (text: string): number => text.split('\n').length - 1;
