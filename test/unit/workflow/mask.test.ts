import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask } from '../../../src/workflow/mask.ts';
import { secretNames } from '../../../src/workflow/secret-names.ts';
import { secretValues, unmaskable } from '../../../src/workflow/secret-values.ts';

const isSecret = secretNames(['*SECRET*', '*TOKEN*', '*PASSWORD*', '*_KEY']);
const maskOf = (...values: string[]) =>
  createMask(isSecret, [
    Object.fromEntries(values.map((value, index) => [`TOKEN_${index}`, value])),
  ]);

describe('a name', () => {
  it.each(['SECRET', 'MY_SECRET_1', 'api_token', 'PGPASSWORD', 'AWS_ACCESS_KEY', '_KEY'])(
    '%s is one of a secret',
    (name) => expect(isSecret(name)).toBe(true),
  );

  it.each(['KEY', 'KEYBOARD', 'A_KEY_ID', 'PATH', '', 'PASS_WORD'])(
    '%s is one of nothing that matters',
    (name) => expect(isSecret(name)).toBe(false),
  );

  it('is compared as a whole, and a dot or bracket of a pattern is only itself', () => {
    expect(secretNames(['A'])('AB')).toBe(false);
    expect(secretNames(['A.B', 'C[D'])('AxB')).toBe(false);
    expect(secretNames(['*'])('ANYTHING')).toBe(true);
    expect(secretNames([])('TOKEN')).toBe(false);
  });

  it('is decided at once, however long it is and however many stars a pattern has', () => {
    expect(secretNames(['*'.repeat(40) + 'X'])('A'.repeat(100_000))).toBe(false);
  });
});

describe('the values', () => {
  it('are those of secret names with six characters or more, each once, longest first', () => {
    const environments = [
      { TOKEN: 'abcdef', OTHER: 'visible text', A_KEY: 'short' },
      { TOKEN: 'abcdefgh', PASSWORD: 'abcdef' },
    ];
    expect(secretValues(isSecret, environments)).toEqual(['abcdefgh', 'abcdef']);
  });

  it('of several lines are each line of it, too, without the white space around', () => {
    const value = '-----BEGIN\r\n  MIIEvQIBADAN\nxyz\n';
    expect(secretValues(isSecret, [{ TLS_KEY: value }])).toEqual([
      value.trim(),
      'MIIEvQIBADAN',
      '-----BEGIN',
    ]);
  });

  it('are counted in characters, as people do', () => {
    expect(secretValues(isSecret, [{ TOKEN: '😀😀😀😀😀' }])).toEqual([]);
    expect(secretValues(isSecret, [{ TOKEN: '😀😀😀😀😀😀' }])).toHaveLength(1);
  });

  it('that are too short are named, those that are empty are not', () => {
    expect(
      unmaskable(isSecret, { TOKEN: 'abc', A_KEY: '', PASSWORD: 'long enough', B: 'x' }),
    ).toEqual(['TOKEN']);
  });
});

describe('a text', () => {
  it('is left without every occurrence', () => {
    expect(maskOf('hunter22').text('hunter22 and xhunter22hunter22')).toBe('*** and x******');
    expect(maskOf('hunter22').text('nothing of it')).toBe('nothing of it');
  });

  it('keeps nothing of values that overlap, or stand in one another', () => {
    expect(maskOf('abcdefgh', 'efghijkl').text('<abcdefghijkl>')).toBe('<***>');
    expect(maskOf('abcdef', 'xabcdefx').text('xabcdefx abcdef')).toBe('*** ***');
    expect(maskOf('aaaaaa').text('aaaaaaaa')).toBe('***');
  });

  it('never holds a value, and is itself where no value is', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(words, { maxLength: 4 }), words, words, (values, before, after) => {
        const mask = maskOf(...values);
        const text = [before, ...values, after].join('-');
        const masked = mask.text(text);
        for (const value of mask.values) expect(masked).not.toContain(value);
        expect(masked === text).toBe(mask.values.length === 0);
        expect(mask.text(masked)).toBe(masked);
      }),
    );
  });
});

describe('a script', () => {
  const script = (text: string): string => createMask(isSecret, []).script(text);

  it('shows the names of its environment, and the values only of those that are no secrets', () => {
    expect(script(`env: A=1 TOKEN=abc B="two words"\n  env: A_KEY='it\\'s' C=3`)).toBe(
      `env: A=1 TOKEN=*** B="two words"\n  env: A_KEY=*** C=3`,
    );
  });

  it('masks a value however it is quoted, and however short it is', () => {
    expect(script(String.raw`env: TOKEN="a\"b c" PASSWORD=x`)).toBe('env: TOKEN=*** PASSWORD=***');
    expect(script('env: TOKEN="open and A=b')).toBe('env: TOKEN=*** and A=b');
    expect(script('env: TOKEN= B=1')).toBe('env: TOKEN= B=1');
  });

  it('masks what was commented out, or stands behind a comment', () => {
    expect(script('#env: TOKEN=abc\n# # env: TOKEN=abc\nenv: A=1 # TOKEN=abc')).toBe(
      '#env: TOKEN=***\n# # env: TOKEN=***\nenv: A=1 # TOKEN=***',
    );
  });

  it('masks behind characters that some take for the end of a line', () => {
    expect(script('env: A=1\u2028 TOKEN=abc\r B=2 A_KEY=abc')).toBe(
      'env: A=1\u2028 TOKEN=***\r B=2 A_KEY=***',
    );
  });

  it('masks its secrets in its other lines as well', () => {
    const text = 'env: TOKEN=hunter22\nexecute: ./login hunter22 TOKEN=short';
    expect(createMask(isSecret, [{ TOKEN: 'hunter22' }]).script(text)).toBe(
      'env: TOKEN=***\nexecute: ./login *** TOKEN=short',
    );
  });
});
