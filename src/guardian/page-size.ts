/** The size of a page of memory, in which /proc counts. */
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

const AT_PAGESZ = 6;
const USUAL = 4096;

/** As the kernel told this process at its start: pairs of a key and a value, each as wide as a pointer. */
export function readPageSize(): number {
  if (endianness() !== 'LE' || process.arch === 'arm' || process.arch === 'ia32') return USUAL;
  const pairs = readFileSync('/proc/self/auxv');
  for (let at = 0; at + 16 <= pairs.length; at += 16)
    if (pairs.readUIntLE(at, 6) === AT_PAGESZ) return pairs.readUIntLE(at + 8, 6);
  return USUAL;
}
