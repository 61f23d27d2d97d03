/** Scripts as people write them, and as they get them wrong. */
import { describe, expect, it } from 'vitest';
import { parse, read } from '../../../src/workflow/parse.ts';
import { walkNodes } from '../../../src/workflow/walk-nodes.ts';

describe('a script', () => {
  it('nests by indentation, and every node knows its path and its place', () => {
    expect(parse('fork:\n  execute: a\n  sequence:\n    echo: b\nnoop:')).toEqual({
      ok: true,
      tree: {
        type: 'root',
        option: null,
        path: '',
        line: 1,
        column: 1,
        children: [
          {
            type: 'fork',
            option: null,
            path: '/0-fork',
            line: 1,
            column: 1,
            children: [
              {
                type: 'execute',
                option: 'a',
                path: '/0-fork/0-execute',
                line: 2,
                column: 3,
                children: [],
              },
              {
                type: 'sequence',
                option: null,
                path: '/0-fork/1-sequence',
                line: 3,
                column: 3,
                children: [
                  {
                    type: 'echo',
                    option: 'b',
                    path: '/0-fork/1-sequence/0-echo',
                    line: 4,
                    column: 5,
                    children: [],
                  },
                ],
              },
            ],
          },
          { type: 'noop', option: null, path: '/1-noop', line: 5, column: 1, children: [] },
        ],
      },
    });
  });

  it('may have no line at all', () => {
    expect(optionsOf('')).toEqual([]);
    expect(optionsOf('\n  \n# only a comment')).toEqual([]);
  });

  it('stands below at most 200 others, and is told once where it does not', () => {
    const stairs = (count: number) =>
      Array.from({ length: count }, (_, depth) => `${' '.repeat(depth)}noop:\n`).join('');
    expect(errorsOf(stairs(200))).toEqual([]);
    expect(errorsOf(stairs(205))).toEqual([
      {
        line: 201,
        column: 201,
        message: '(line 201) nested too deep.',
        suggestion: 'At most 200 levels can stand below one another.',
      },
    ]);
  });

  it('takes each character for what it is to Ruby: of a word, white space, or neither', () => {
    const codes = [...Array(0x180).keys(), 0x2028, 0x3000, 0xfeff];
    for (const each of codes.map((code) => String.fromCharCode(code)).filter((c) => c !== '\n')) {
      const space = /[ \t\r\f\v]/.test(each);
      const first = (script: string) => read(script).tree.children[0];
      const word = each === ':' ? 'a' : `a${each}b`;
      expect(first(`a${each}b: x`)?.type).toBe(/^\w+$/.test(word) ? word : '');
      expect(first(`${each}noop:`)?.type).toBe(
        space ? 'noop' : /\w/.test(each) ? `${each}noop` : each === '#' ? undefined : '',
      );
      const trimmed = space || each === '\0' ? 'x' : undefined;
      expect(first(`echo: x${each}`)?.option).toBe(trimmed ?? `x${each}`);
      const led = each === '#' ? '' : `${each}x`;
      expect(first(`echo:${each}x`)?.option).toBe(trimmed ?? led);
    }
    expect(
      ['echo: \0', 'echo: # c', 'echo: \0 # c'].map((s) => read(s).tree.children[0]?.option),
    ).toEqual(['', '', '']);
  });

  it('ends its lines with LF or CRLF', () => {
    expect(optionsOf('echo: a\r\n\r\n  echo: b # c\r\n')).toEqual(
      optionsOf('echo: a\n\n  echo: b # c\n'),
    );
  });

  it('keeps a # that does not start a word, or is quoted', () => {
    expect(optionsOf('execute: echo $#')).toEqual(['echo $#']);
    expect(optionsOf('execute: curl http://h/x#frag # get it')).toEqual(['curl http://h/x#frag']);
    expect(optionsOf(`echo: 'a # b' "# c" # d`)).toEqual([`'a # b' "# c"`]);
    expect(optionsOf(`echo: it's # not quoted`)).toEqual([`it's`]);
  });

  it('has comments anywhere, indented as one likes', () => {
    expect(optionsOf('fork:\n# a\n      # b\n  echo: c\n\t# d\n  echo: e')).toEqual([
      null,
      'c',
      'e',
    ]);
  });

  it('tells an option that only a comment leaves empty from none', () => {
    expect(optionsOf('noop:\nnoop: \nnoop: # c\nnoop:# c')).toEqual([null, null, '', '']);
  });
});

describe('a command of several lines', () => {
  const command = (...lines: string[]) => optionsOf(['execute: |', ...lines].join('\n'))[0];

  it('stands deeper below `execute: |`, without what all of its lines are indented by', () => {
    expect(command('  set -e', '  if true; then', '    echo a', '  fi')).toBe(
      'set -e\nif true; then\n  echo a\nfi',
    );
    expect(command('    echo a', '  echo b')).toBe('  echo a\necho b');
    expect(command('\tcat <<-x', '\t\ta', '\tx')).toBe('cat <<-x\n\ta\nx');
  });

  it('keeps its comments, quotes and blank lines, but no blank line before or after it', () => {
    expect(command('', '  # how', '  echo "a', '', '   # b"  # c', ' ', '')).toBe(
      '# how\necho "a\n\n # b"  # c',
    );
  });

  it('may have one line, which is then cut at no #', () => {
    expect(command('  echo a # b')).toBe('echo a # b');
    expect(optionsOf('execute: | # why\n  echo a')).toEqual(['echo a']);
  });

  it('ends where a line is not indented deeper; comments there are of the script', () => {
    const script = 'fork:\n  execute: |\n    a\n# not yet:\n    b\n  execute: c\nnoop:';
    expect(optionsOf(script)).toEqual([null, 'a\nb', 'c', null]);
    const places = parse(script);
    const nodes = places.ok
      ? [...walkNodes(places.tree)].map(({ line, path }) => [line, path])
      : [];
    expect(nodes.slice(2)).toEqual([
      [2, '/0-fork/0-execute'],
      [6, '/0-fork/1-execute'],
      [7, '/1-noop'],
    ]);
  });

  it('ends its lines with LF or CRLF', () => {
    expect(optionsOf('execute: |\r\n  a\r\n\r\n  b\r\nnoop:\r\n')).toEqual(['a\n\nb', null]);
  });

  it('is an option like any other where nothing stands below it, and of other tasks', () => {
    expect(optionsOf('execute: |\nnoop:')).toEqual(['|', null]);
    expect(optionsOf('execute: |\n\n# c\n')).toEqual(['|']);
    expect(optionsOf('greet: |\n  noop: a')).toEqual(['|', 'a']);
    expect(optionsOf('execute: "|"\n  noop: a')).toEqual(['"|"', 'a']);
    expect(errorsOf('noop: |\n  text').map((error) => error.line)).toEqual([2]);
  });

  it('leaves the errors after it where they are', () => {
    expect(
      errorsOf('execute: |\n  a\n  b\nnoop').map(({ line, column }) => [line, column]),
    ).toEqual([[4, 1]]);
  });

  it('is told that it mixes tabs and spaces, but not of what only the shell sees', () => {
    const mixed = errorsOf('execute: |\n  a\n\tb\nnoop:');
    expect(mixed.map(({ line, column, message }) => [line, column, message])).toEqual([
      [3, 2, '(line 3) inconsistent indentation.'],
    ]);
    expect(errorsOf('fork:\n  execute: |\n\t\t\ta').map((error) => error.line)).toEqual([3]);
    expect(command('  cat <<-x', '  \ta', '  x')).toBe('cat <<-x\n\ta\nx');
  });
});

describe('a script that cannot be read', () => {
  it('is told all of its errors at once, each with line and column', () => {
    expect(errorsOf('noop: a\n    noop: b\n  noop: c\nexecute true\n  : x\n')).toEqual([
      {
        line: 3,
        column: 3,
        message: '(line 3) inconsistent indentation.',
        suggestion: 'It may stand beside the lines above that are indented by 0 or 4.',
      },
      {
        line: 4,
        column: 1,
        message: '(line 4) syntax error.',
        suggestion: 'Did you mean `execute: true`?',
      },
      {
        line: 5,
        column: 3,
        message: '(line 5) syntax error.',
        suggestion: 'A line is a task, a colon and its option: `execute: ./report.sh`.',
      },
    ]);
  });

  it('is told once that it mixes tabs and spaces, where it starts to', () => {
    expect(errorsOf('fork:\n  noop: a\n\tnoop: b\n \tnoop: c\n   noop: d')).toEqual([
      {
        line: 3,
        column: 2,
        message: '(line 3) inconsistent indentation.',
        suggestion: 'Indent with spaces or with tabs: this script mixes them.',
      },
    ]);
    expect(optionsOf('fork:\n\tnoop: a\n\tnoop: b\n')).toEqual([null, 'a', 'b']);
  });

  it('goes on from an indentation that meets no level, without an error for each line below', () => {
    const places = errorsOf('noop:\n    noop:\n  noop:\n  noop:\n    noop:\nnoop:').map(
      (e) => e.line,
    );
    expect(places).toEqual([3]);
  });

  it('offers the levels that a first line too far left leaves open', () => {
    expect(errorsOf('  noop:\nnoop:')).toEqual([
      {
        line: 2,
        column: 1,
        message: '(line 2) inconsistent indentation.',
        suggestion: 'It may stand beside the lines above that are indented by 2.',
      },
    ]);
  });

  it('names no more than five of the levels, which no line can have been meant for', () => {
    const stairs = [0, 2, 4, 6, 8, 10, 12].map((depth) => `${' '.repeat(depth)}noop:\n`).join('');
    expect(errorsOf(`${stairs} noop:`).map((error) => error.suggestion)).toEqual([
      'It may stand beside the lines above that are indented by 0 or 2 or 4 or 6 or 8.',
    ]);
  });

  it('knows the colon that stands too far right, or is not there', () => {
    expect(errorsOf('noop : a').map((e) => e.suggestion)).toEqual(['Did you mean `noop: a`?']);
    expect(errorsOf('fork').map((e) => e.suggestion)).toEqual(['Did you mean `fork:`?']);
    const long = `execute ${'😀'.repeat(61)}`;
    expect(errorsOf(long).map((e) => e.suggestion)).toEqual([
      `Did you mean \`execute: ${'😀'.repeat(60)}...\`?`,
    ]);
  });
});

describe('a large script', () => {
  const lines = (count: number): string =>
    Array.from(
      { length: count },
      (_, line) => `${'  '.repeat(line % 5)}execute: ./run.sh ${line} "quoted # ${line}" # note\n`,
    ).join('');

  // What took time by the square of it would not be over before the test's time is; how long it takes is the bench's matter.
  it.each([
    ['many lines', lines(100_000), 100_000],
    ['a line in quotes', `echo: ${`"'`.repeat(250_000)} # x`, 1],
    ['a line of escapes', `echo: ${'"\\'.repeat(250_000)} # x`, 1],
    ['a long block', `execute: |\n${'  a\r\r\n\n'.repeat(100_000)}`, 1],
    ['empty blocks', 'execute: |\n# c\n\n'.repeat(100_000), 100_000],
  ])('is read to its end: %s', (_, script, nodes) => {
    expect(optionsOf(script)).toHaveLength(nodes);
  });
});

function optionsOf(script: string): (string | null)[] {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return [...walkNodes(parsed.tree)].slice(1).map((node) => node.option);
}

function errorsOf(script: string) {
  const parsed = parse(script);
  return parsed.ok ? [] : parsed.errors;
}
