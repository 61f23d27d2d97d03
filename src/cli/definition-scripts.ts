/** The scripts of a definition file, for `lint`, with their places in the file. */
import { LineCounter, isScalar, parseAllDocuments } from 'yaml';
import { beginOf, isEmpty } from './yaml-document.ts';

/** Scripts of a definition file, with the line of the file where each begins. */
export interface FileScript {
  /** Of its definition, as far as they are given. */
  readonly id: number | null;
  readonly name: string | null;
  readonly script: string;
  /** Add to a line of the script for a line of the file; null where lines do not correspond. */
  readonly lineOffset: number | null;
  /** Columns that the file indents the script by. */
  readonly columnOffset: number;
}

/** Only what `lint` needs: documents may lack everything else. */
export function readScripts(file: string, text: string): FileScript[] | { problems: string[] } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const problems: string[] = [];
  const scripts: FileScript[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const error of document.errors) {
      problems.push(`${file}:${lines.linePos(error.pos[0]).line} ${error.message}`);
    }
    if (document.errors.length > 0 || isEmpty(document)) continue;
    const node = document.get('script', true);
    if (!isScalar(node) || typeof node.value !== 'string') {
      const { line } = lines.linePos(beginOf(document));
      problems.push(`${file}:${line} script: is missing or no text.`);
      continue;
    }
    const begin = lines.linePos(node.range?.[0] ?? 0).line;
    const literal = node.type === 'BLOCK_LITERAL';
    const firstLine = text.split(/\r?\n/)[begin] ?? '';
    const [id, name] = [document.get('id'), document.get('name')];
    scripts.push({
      id: typeof id === 'number' ? id : null,
      name: typeof name === 'string' ? name : null,
      script: node.value,
      lineOffset: literal ? begin : null,
      columnOffset: literal ? firstLine.length - firstLine.trimStart().length : 0,
    });
  }
  if (problems.length === 0 && scripts.length === 0) problems.push(`${file} holds no definition.`);
  return problems.length > 0 ? { problems } : scripts;
}
