/** A script that comes back from somebody who saw it with `***` in place of its secrets. */
import { describe, expect, it } from 'vitest';
import { restoreSecrets } from '../../../src/operations/restore-secrets.ts';
import { createMask } from '../../../src/workflow/mask.ts';
import { secretNames } from '../../../src/workflow/secret-names.ts';

const isSecret = secretNames(['*TOKEN*']);
const original = [
  'env: A_TOKEN=first-secret',
  'fork:',
  '  env: A_TOKEN=second-secret',
  '  execute: curl -H first-secret h',
  'echo: *** begin ***',
].join('\n');
const mask = createMask(isSecret, [
  { one: 'x', A_TOKEN: 'first-secret' },
  { A_TOKEN: 'second-secret' },
]);
const shown = mask.script(original);
const restore = (edited: string) => restoreSecrets(edited, original, mask);

describe('a script with masked secrets', () => {
  it('is what it was when nothing was changed, and what was changed with the secrets', () => {
    expect(shown).not.toContain('secret');
    expect(restore(shown)).toEqual({ ok: true, script: original });
    const edited = shown.replace('begin', 'start').replaceAll('\n', '\r\n');
    expect(restore(edited)).toEqual({ ok: true, script: original.replace('begin', 'start') });
  });

  it('may have its lines moved further in or out', () => {
    const edited = shown.replace('  env:', '    env:');
    expect(restore(edited)).toEqual({ ok: true, script: original.replace('  env:', '    env:') });
  });

  it('may lose a secret, but not which of several is left', () => {
    const without = shown
      .split('\n')
      .filter((line) => !line.includes('curl'))
      .join('\n');
    const own = original
      .split('\n')
      .filter((line) => !line.includes('curl'))
      .join('\n');
    expect(restore(without)).toEqual({ ok: true, script: own });
    expect(restore(shown.replace('env: A_TOKEN=***\n', ''))).toEqual({
      ok: false,
      problems: [
        '(line 2) `***` stands for a secret: write its value, or leave the line as it was.',
      ],
    });
  });

  it('has no *** that could be taken for a secret', () => {
    const changed = restore(shown.replace('curl -H ***', 'curl -s -H ***'));
    expect(changed).toMatchObject({ ok: false, problems: [expect.stringMatching(/^\(line 4\)/)] });
    // With every secret in its place it is text like any other.
    const more = `${shown}\necho: *** end ***`;
    expect(restore(more)).toEqual({ ok: true, script: `${original}\necho: *** end ***` });
  });

  it('takes a value as it is, whatever a replacement would make of it', () => {
    const dollars = "env: A_TOKEN=$&$'$1-dollars";
    const own = createMask(isSecret, [{ A_TOKEN: "$&$'$1-dollars" }]);
    expect(restoreSecrets(`${own.script(dollars)}\nnoop:`, dollars, own)).toEqual({
      ok: true,
      script: `${dollars}\nnoop:`,
    });
  });

  it('cannot be changed where a secret has lines of its own', () => {
    const lines = 'execute: |\n  echo "long-\n  secret"';
    const own = createMask(isSecret, [{ A_TOKEN: 'long-\n  secret' }]);
    expect(restoreSecrets(`${own.script(lines)}\nnoop:`, lines, own)).toMatchObject({ ok: false });
  });
});
