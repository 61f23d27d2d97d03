/** A script as its lines are shown: one step each, with the path that tokens name it by. */

export interface ScriptLine {
  readonly path: string;
  readonly depth: number;
  /** The word and its option, with the values of `env` left out. */
  readonly text: string;
}

/**
 * Reads a script that was accepted when it was saved; the core's parser is the one that judges.
 * Values of `env` are left out: a message is read by more people than a script. Of a command of
 * several lines there is the first, with a sign that there are more.
 */
export function scriptLines(script: string): ScriptLine[] {
  const result: { path: string; depth: number; text: string; below: string[] }[] = [];
  const open: Level[] = [{ indent: -1, path: '', children: 0 }];
  let block: { readonly indent: number; readonly below: string[] } | null = null;
  for (const raw of script.split('\n')) {
    const text = raw.trim();
    const indent = raw.length - raw.trimStart().length;
    if (text === '') continue;
    if (block !== null && indent > block.indent) {
      block.below.push(text);
      continue;
    }
    if (text.startsWith('#')) continue;
    while (open.length > 1 && (open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const parent = open.at(-1);
    if (parent === undefined) break;
    const [type = '', ...option] = text.split(':');
    const path = `${parent.path}/${parent.children}-${type}`;
    parent.children += 1;
    const depth = open.length - 1;
    open.push({ indent, path, children: 0 });
    const below: string[] = [];
    block = opensBlock.test(text) ? { indent, below } : null;
    const shown = type === 'env' ? namesOnly(option.join(':')) : text;
    result.push({ path, depth, text: shown, below });
  }
  return result.map(({ path, depth, text, below: [first, ...more] }) => {
    const command = more.length === 0 ? first : `${first} …`;
    return { path, depth, text: command === undefined ? text : `execute: ${command}` };
  });
}

/** What stands deeper below it is one command. */
const opensBlock = /^execute:\s*\|(\s+#.*)?$/;

/** The script for reading, with the values of `env` left out. */
export function readableScript(script: string): string {
  return script.replaceAll(
    /^([ \t]*)env:(.*)$/gm,
    (_, indent: string, option: string) => `${indent}${namesOnly(option)}`,
  );
}

interface Level {
  readonly indent: number;
  readonly path: string;
  children: number;
}

function namesOnly(option: string): string {
  // Quoted values first: what stands in them may look like a name, too.
  const bare = option.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, '');
  const names = [...bare.matchAll(/(?:^|\s)([A-Za-z_]\w*)=/g)].map(([, name]) => `${name ?? ''}=…`);
  return ['env:', ...names].join(' ');
}
