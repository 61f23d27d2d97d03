/** What deserves a second look, by what Kuroko2 was recorded to make of it and by what people write. */
import { describe, expect, it } from 'vitest';
import { cutComment, otherComment } from '../../../src/workflow/cut-comment.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { describeScriptError } from '../../../src/workflow/script-error.ts';
import { queueWarnings, scriptWarnings } from '../../../src/workflow/warn.ts';
import { oracle } from './oracle.ts';

function treeOf(script: string) {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.tree;
}

const warned = (script: string) =>
  scriptWarnings(script, treeOf(script)).map(({ line, column }) => [line, column]);

describe('text that Kuroko2 took for a comment', () => {
  it('is pointed at where it begins', () => {
    expect(warned('noop:\n  execute: curl http://h/x#frag # get it\nenv: A=a#b')).toEqual([
      [2, 27],
      [3, 9],
    ]);
    const [warning] = scriptWarnings('echo: $#', treeOf('echo: $#'));
    expect(warning && describeScriptError(warning)).toBe(
      '(line 1) Kuroko2 took this `#` for the begin of a comment; here the text goes on. Put a space before it if it begins one; quoted it means the same in both.',
    );
  });

  it('is not what both read alike: comments, quotations, and lines of a block', () => {
    expect(warned(`echo: "a#b" 'c#d' # e\nnoop: # f#g\n# h#i`)).toEqual([]);
    expect(warned('execute: | # c\n  echo $#\nnoop:')).toEqual([]);
  });

  it('is looked for in the lines that the script has', () => {
    expect(scriptWarnings('echo: $#', treeOf('\necho: $#'))).toEqual([]);
  });

  it('is found in every recorded text that it is in, and no other', () => {
    const texts = oracle<{ text: string | null }, { result: string | null }>('shell_scanner');
    let found = 0;
    for (const { id, input, expected } of texts) {
      if (input.text === null) continue;
      const at = otherComment(input.text);
      if (at !== null) found += 1;
      // Where it found a comment later than we do, or none, it took nothing else for one.
      const there = at === null ? expected.result : input.text.slice(0, at);
      const more = (expected.result?.length ?? 0) < cutComment(input.text).length;
      expect([id, there, at !== null]).toEqual([id, expected.result, more]);
    }
    expect(found).toBeGreaterThan(30);
  });
});

describe('a `|` with nothing below it', () => {
  it('is a command that no shell runs', () => {
    expect(warned('noop:\nexecute: |\nnoop:')).toEqual([[2, 1]]);
    expect(warned('execute: |\n  ls')).toEqual([]);
  });
});

describe('a queue', () => {
  const served = ['@default', 'batch'];
  const told = (script: string) =>
    queueWarnings(treeOf(script), served).map((warning) => describeScriptError(warning));

  it('without a worker is told once, with what may have been meant', () => {
    expect(told('queue: bacth\nnoop:\n  queue: bacth\nqueue: reports')).toEqual([
      '(line 1) No worker serves the queue bacth: its commands will wait. Did you mean `batch`?',
      '(line 4) No worker serves the queue reports: its commands will wait. Start some: `kuroko executor --queue reports`.',
    ]);
  });

  it('with one is not', () => {
    expect(told('queue: batch\nqueue:\nexecute: ls')).toEqual([]);
  });
});
