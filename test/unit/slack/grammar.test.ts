import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/slack/grammar.ts';
import { verbs } from '../../../src/slack/verbs.ts';

const none = { words: [], tags: [], only: null, query: '' };

describe('a command', () => {
  it.each([
    ['', { verb: 'help' }],
    ['  \n ', { verb: 'help' }],
    ['help', { verb: 'help' }],
    ['HELP me', { verb: 'help' }],
    ['launch', { verb: 'launch', job: null, env: [] }],
    ['Launch nightly-report', { verb: 'launch', job: 'nightly-report', env: [] }],
    ['launch 12 A=1 B="two words"', { verb: 'launch', job: '12', env: ['A=1', 'B=two words'] }],
    ['launch #12', { verb: 'launch', job: '12', env: [] }],
    ['launch “nightly report” A=‘b c’', { verb: 'launch', job: 'nightly report', env: ['A=b c'] }],
    [`launch "say \\"hi\\"" Q='it\\'s'`, { verb: 'launch', job: 'say "hi"', env: [`Q=it's`] }],
    ["launch ben's-job", { verb: 'launch', job: "ben's-job", env: [] }],
    ['launch A=1', { verb: 'launch', job: null, env: ['A=1'] }],
    ['launch "A=1"', { verb: 'launch', job: 'A=1', env: [] }],
    ['launch hello FOO', { verb: 'launch', job: 'hello', env: ['FOO'] }],
    ['launch a&lt;b&amp;c', { verb: 'launch', job: 'a<b&c', env: [] }],
    ['show 3', { verb: 'show', job: '3' }],
    ['list', { verb: 'list', ...none }],
    [
      'list report tag:a tag:b mine',
      {
        verb: 'list',
        words: ['report'],
        tags: ['a', 'b'],
        only: 'mine',
        query: 'report tag:a tag:b mine',
      },
    ],
    ['list "mine"', { verb: 'list', ...none, words: ['mine'], query: '"mine"' }],
    ['status', { verb: 'status', instanceId: null }],
    ['working', { verb: 'status', instanceId: null }],
    ['status 7', { verb: 'status', instanceId: 7 }],
    ['logs 7', { verb: 'logs', instanceId: 7, full: false }],
    ['logs 7 —full', { verb: 'logs', instanceId: 7, full: true }],
    ['logs --full #7', { verb: 'logs', instanceId: 7, full: true }],
    ['retry 7', { verb: 'retry', instanceId: 7 }],
    ['skip', { verb: 'skip', instanceId: null }],
    ['cancel #7', { verb: 'cancel', instanceId: 7 }],
    ['terminate 7', { verb: 'terminate', instanceId: 7 }],
    ['workers', { verb: 'workers' }],
    [
      'workers suspend web-1 3',
      { verb: 'suspend-worker', place: { host: 'web-1', queue: null }, number: 3 },
    ],
    [
      'Workers RESUME web-1:batch #3',
      { verb: 'resume-worker', place: { host: 'web-1', queue: 'batch' }, number: 3 },
    ],
    ['workers drain “web 1”', { verb: 'drain', place: { host: 'web 1', queue: null } }],
    [
      'workers undrain web-1:@default',
      { verb: 'undrain', place: { host: 'web-1', queue: '@default' } },
    ],
    ['executions', { verb: 'executions' }],
    ['restart', { verb: 'restart', place: null }],
    ['restart web-1:batch', { verb: 'restart', place: { host: 'web-1', queue: 'batch' } }],
    ['history', { verb: 'history', job: null }],
    ['history #3', { verb: 'history', job: '3' }],
    ['history "nightly report"', { verb: 'history', job: 'nightly report' }],
    ['deliveries', { verb: 'deliveries', instanceId: null, job: null, dead: false }],
    ['deliveries #12 dead', { verb: 'deliveries', instanceId: 12, job: null, dead: true }],
    ['deliveries dead job:3', { verb: 'deliveries', instanceId: null, job: '3', dead: true }],
    ['deliveries “12”', { verb: 'deliveries', instanceId: null, job: '12', dead: false }],
  ])('%j is understood', (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });

  it.each([
    ['retry soon', 'After `retry` comes the number of a run: `retry 12`.'],
    ['cancel 1 2', 'After `cancel` comes the number of a run: `cancel 12`.'],
    ['status 99999999999999999999', 'After `status` comes the number of a run: `status 12`.'],
    ['logs -1', 'After `logs` comes the number of a run: `logs 12`.'],
    ['show', 'Say which job: `show 12` or `show nightly-report`.'],
    [
      'history two words',
      'One job at a time. A name with spaces goes in quotes: `history "two words"`.',
    ],
    [
      'restart web-1 now',
      'Say `restart`, `restart HOST` or `restart HOST:QUEUE`. Trying a run again is `retry 12`.',
    ],
    [
      'executions 3',
      'Nothing follows `executions`. Of one run: `status 12`; of what was: `history`.',
    ],
    [
      'deliveries two words',
      'Say `deliveries`, `deliveries 12` for a run, `deliveries "a job"` or `deliveries job:3`; with `dead` only what was given up.',
    ],
    ['show two words', 'One job at a time. A name with spaces goes in quotes: `show "two words"`.'],
  ])('%j is answered with what belongs there', (text, problem) => {
    expect(parseCommand(text)).toEqual({ verb: 'malformed', problem });
  });

  it.each([
    'workers suspend',
    'workers suspend web-1',
    'workers suspend web-1 all',
    'workers suspend web-1 1 2',
    'workers drain',
    'workers drain web-1 3',
    'workers stop web-1',
  ])('%j is answered with what can follow', (text) => {
    expect(parseCommand(text)).toMatchObject({
      verb: 'malformed',
      problem: expect.stringContaining('`workers suspend HOST NUMBER`') as string,
    });
  });

  it.each([
    ['lanch x', 'launch'],
    ['luanch', 'launch'],
    ['RETYR 3', 'retry'],
    ['log 3', 'logs'],
    ['run x', 'launch'],
    ['kill 3', 'terminate'],
    ['hosts', 'workers'],
    ['histroy', 'history'],
    ['frobnicate', null],
    ['日本語', null],
    ['x', null],
  ])('%j begins with no verb of ours, but may mean %s', (text, suggestion) => {
    expect(parseCommand(text)).toMatchObject({ verb: 'unknown', suggestion });
  });

  it('is never too strange to be answered', () => {
    // Halves of characters and NUL as well; fast-check's own `binary` takes 2 s to begin.
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit }), fc.constantFrom(...verbs, ''), (text, verb) => {
        expect(parseCommand(`${verb} ${text}`)).toHaveProperty('verb');
      }),
    );
  });

  it('keeps any quoted name and any quoted value as they are', () => {
    const ordinary = fc
      .string({ unit: 'grapheme-ascii', minLength: 1 })
      .filter((text) => !/[\\&<>]/.test(text));
    const quoted = (text: string) => `"${text.replaceAll('"', '\\"')}"`;
    fc.assert(
      fc.property(ordinary, ordinary, (name, value) => {
        expect(parseCommand(`launch ${quoted(name)} K=${quoted(value)}`)).toEqual({
          verb: 'launch',
          job: name,
          env: [`K=${value}`],
        });
      }),
    );
  });
});
