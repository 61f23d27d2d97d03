/** Where a document of a YAML file begins, and whether there is anything in it. */
import { isScalar, type Document } from 'yaml';

/** What stands before the first or after the last `---`. */
export const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

/** Offset of its first key in the file. */
export const beginOf = ({ contents }: Document.Parsed): number => contents?.range?.[0] ?? 0;
