import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/slack/grammar.ts';

describe('hook', () => {
  it.each([
    ['hook 12', { verb: 'hook', job: '12', wish: null }],
    ['HOOK #12 show', { verb: 'hook', job: '12', wish: null }],
    ['hook "#12"', { verb: 'hook', job: '#12', wish: null }],
    [
      'hook nightly create deploy GIT_REF=ref C=/head_commit/id D="a b"',
      {
        verb: 'hook',
        job: 'nightly',
        wish: {
          deed: 'create',
          name: 'deploy',
          mapping: ['GIT_REF=ref', 'C=/head_commit/id', 'D=a b'],
        },
      },
    ],
    [
      'hook 12 rotate "two words"',
      { verb: 'hook', job: '12', wish: { deed: 'rotate', name: 'two words' } },
    ],
    [
      'hook 12 Remove deploy',
      { verb: 'hook', job: '12', wish: { deed: 'remove', name: 'deploy' } },
    ],
  ])('understands %s', (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });

  it.each([
    ['hook', 'Say which job'],
    ['hook 12 create', 'Say `hook JOB`'],
    ['hook 12 rotate a b', 'Say `hook JOB`'],
    ['hook 12 show a', 'Say `hook JOB`'],
    ['hook 12 renew a', 'Say `hook JOB`'],
  ])('says what is missing of %s', (text, problem) => {
    expect(parseCommand(text)).toEqual({
      verb: 'malformed',
      problem: expect.stringContaining(problem) as unknown,
    });
  });
});
