/** The command line of a custom task: its template filled in, safe for a real shell. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { customCommand, shellescape } from '../../../src/operations/custom-command.ts';

const task = (shell: string) => ({ shell, chdir: null, env: {} });

describe('the template of a custom task', () => {
  it('is filled in with the option of the script, escaped where it says so', () => {
    const { shell } = customCommand(
      'runner',
      task('rails runner {{shellescape option}} {{option}}'),
    );
    expect(shell('A.b("c")')).toBe(String.raw`rails runner A.b\(\"c\"\) A.b("c")`);
  });

  it('that cannot be filled in is refused by name, and so never fails later', () => {
    for (const shell of ['run {{', 'run {{escape option}}', 'run {{> part}}']) {
      expect(() => customCommand('runner', task(shell))).toThrow(
        'The command of the custom task runner is no template.',
      );
    }
  });
});

describe('an escaped text', () => {
  it.each([
    '',
    'a',
    "it's",
    '$HOME `id` $(id)',
    'a\nb',
    '; rm -rf /',
    '日本 😀',
    '~ * ? [a]',
    '\\',
  ])('%j is one word to a shell, and the same', (text) => {
    const printed = execFileSync('sh', ['-c', `printf '%s|' ${shellescape(text)}`]);
    expect(printed.toString()).toBe(`${text}|`);
  });

  it('is what the original makes of it', () => {
    expect(shellescape('')).toBe("''");
    expect(shellescape('User.find(1)')).toBe(String.raw`User.find\(1\)`);
    expect(shellescape('a-b_c.d,e:f+g/h@i')).toBe('a-b_c.d,e:f+g/h@i');
  });
});
