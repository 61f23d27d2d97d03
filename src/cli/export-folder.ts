/** A folder of exported definitions: one file each, and nothing written over that somebody has changed. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { invalid } from '../errors.ts';
import { definitionYaml } from './definition-yaml.ts';
import type { ExportedDefinition } from '../store/exported-definitions.ts';

export interface FolderChange {
  readonly file: string;
  readonly action: 'write' | 'remove' | 'keep';
}

/**
 * Makes the folder hold these definitions and none that an export left there before. Throws Invalid, and
 * writes nothing, when files are in the way that no export has written, or that were changed since;
 * with `force` these are written over.
 */
export async function writeFolder(
  folder: string,
  definitions: readonly ExportedDefinition[],
  { force }: { readonly force: boolean },
): Promise<FolderChange[]> {
  const wanted = new Map(definitions.map((one) => [fileName(one), signed(definitionYaml(one))]));
  const there = await filesOf(folder);
  const inTheWay = [...there].filter(
    ([name, text]) =>
      (wanted.has(name) ? text !== wanted.get(name) : isOurs(text)) && !isUntouched(text),
  );
  if (inTheWay.length > 0 && !force) {
    throw invalid(
      'Nothing was exported: these files were not written by an export, or were changed since. Apply or move them first, or write over them with --force.',
      inTheWay.map(([name]) => path.join(folder, name)),
    );
  }
  await mkdir(folder, { recursive: true });
  const changes: FolderChange[] = [];
  for (const [name, text] of wanted) {
    const file = path.join(folder, name);
    const same = there.get(name) === text;
    if (!same) await writeWhole(file, text);
    changes.push({ file, action: same ? 'keep' : 'write' });
  }
  for (const [name, text] of there) {
    if (wanted.has(name) || !isOurs(text)) continue;
    const file = path.join(folder, name);
    await unlink(file);
    changes.push({ file, action: 'remove' });
  }
  return changes;
}

/** `12-nightly-report.yml`: the number makes it unique, the name is for whoever looks for it. */
function fileName({ id, name }: ExportedDefinition): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return words === '' ? `${id}.yml` : `${id}-${words}.yml`;
}

/** The first line says who wrote it, and what the rest was then. */
const signed = (text: string): string => `${begin}${digest(text)}\n${text}`;
const begin = '# Written by kuroko export, sha256 ';
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const isOurs = (text: string): boolean => text.startsWith(begin);

function isUntouched(text: string): boolean {
  const end = text.indexOf('\n');
  return text === signed(text.slice(end + 1));
}

/** The YAML files of a folder; none when there is no folder. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw invalid(`${folder} cannot be read: ${error.message}.`);
    },
  );
  const files = new Map<string, string>();
  for (const entry of entries.filter(({ name }) => name.endsWith('.yml'))) {
    const file = path.join(folder, entry.name);
    // What a link leads to is not ours to look at.
    files.set(entry.name, entry.isFile() ? await readFile(file, 'utf8') : '');
  }
  return files;
}

/** All of it or nothing, for nobody else to read: scripts hold secrets. */
async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, text, { mode: 0o600, flag: 'wx' });
  await rename(beside, file);
}
