/** Reads the files that a verb was given. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** `-` is standard input. The second is a sentence. */
export type Input = { readonly text: string } | { readonly problem: string };

const mostBytes = 10 * 1_024 * 1_024;

export async function readInput(file: string): Promise<Input> {
  try {
    if (file === '-') return { text: await text(process.stdin) };
    const bytes = await readFile(file);
    if (bytes.length > mostBytes) return { problem: `${file} is too large.` };
    return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    return { problem: `${file} cannot be read: ${reasonOf(error)}.` };
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
  };
  return reasons[code ?? ''] ?? message;
}
