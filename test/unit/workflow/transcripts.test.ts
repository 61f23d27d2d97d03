/**
 * Runs that anybody can read: test/transcripts/*.txt hold a script, what happens (`> ...`) and what
 * comes of it. `UPDATE_TRANSCRIPTS=1` writes what comes of it anew; look at the difference then.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Change, OuterEffect, OuterEvent } from '../../../src/workflow/advance.ts';
import type { Facts } from '../../../src/workflow/facts.ts';
import type { Token } from '../../../src/workflow/token.ts';
import { plainFacts } from './plain-facts.ts';
import { playInstance } from './played-instance.ts';

const folder = new URL('../../transcripts/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));

describe('the transcript', () => {
  it('is there for each way that a run can take', () => {
    expect(files).toEqual(
      expect.arrayContaining(
        [
          'ordinary',
          'failing',
          'retried',
          'skipped',
          'cancelled',
          'lost',
          'timed-out',
          'environment',
          'late-click',
          'critical',
        ].map((name) => `${name}.txt`),
      ),
    );
  });

  it.each(files)('%s is what happens', (file) => {
    const written = readFileSync(new URL(file, folder), 'utf8');
    const played = play(written);
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(new URL(file, folder), played);
    expect(readFileSync(new URL(file, folder), 'utf8')).toBe(played);
  });
});

/** The transcript with what comes of each event as it does now. */
function play(transcript: string): string {
  const [head = '', ...parts] = transcript.split(/^> /m);
  const instance = playInstance(scriptIn(head), { env: launchEnv(head) });
  const played = parts.map((part) => {
    const [line = ''] = part.split('\n');
    const [, key = '', what = line] = /^in (\S+): (.*)$/.exec(line) ?? [];
    const { event, facts } = readEvent(what);
    const changes = instance.happen(key, event, facts);
    if (typeof changes === 'string') return `> ${line}\n    refused: ${changes}\n`;
    return `> ${line}\n${changes.map(describeChange).join('')}`;
  });
  return `${head}${played.join('\n')}`;
}

/** What comes of a branch stands below its key. */
function describeChange({ token, effects }: Change): string {
  const lines = [...effects.map(describeEffect), describeToken(token)];
  const title = token.key === '' ? '' : `  in ${token.key}\n`;
  return `${title}${lines.map((text) => `    ${text}\n`).join('')}`;
}

/** The indented block below `The script:`. */
function scriptIn(head: string): string {
  const block = /^The script:\n\n((?: {4}.*\n|\n)+)/m.exec(head)?.[1];
  if (block === undefined) throw new Error('A transcript without `The script:`.');
  return block.replaceAll(/^ {4}/gm, '');
}

function launchEnv(head: string): Record<string, string> {
  const pairs = /^Launched with (.*)\.$/m.exec(head)?.[1]?.split(' ') ?? [];
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
}

/** What a line of a transcript says has happened. */
const sentences: readonly [RegExp, (...words: string[]) => OuterEvent][] = [
  [/^it starts$/, () => ({ type: 'start' })],
  [/^the command exits with (\d+)/, (code) => exited({ code: Number(code) })],
  [/^the command ends by signal (\w+)$/, (signal = '') => exited({ signal })],
  [
    /^the command is stopped by its limit with signal (\w+)$/,
    (signal = '') => exited({ signal, timedOut: true }),
  ],
  [/^it is woken$/, () => ({ type: 'woken' })],
  [/^what it waits for has finished$/, () => ({ type: 'awaited', failed: null })],
  [/^what it waits for has failed: (.*)$/, (failed = '') => ({ type: 'awaited', failed })],
  [
    /^its instance (.*) ends in (success|canceled)$/,
    (child = '', outcome = '') => ({
      type: 'child_ended',
      outcome: outcome === 'success' ? outcome : 'canceled',
      child,
    }),
  ],
  [
    /^no instance can be launched: (.*)$/,
    (child = '') => ({ type: 'child_ended', outcome: 'refused', child }),
  ],
  [
    /^its maintenance is over: (.*)$/,
    (report = '') => ({ type: 'maintained', done: true, report }),
  ],
  [
    /^its maintenance cannot be done: (.*)$/,
    (report = '') => ({ type: 'maintained', done: false, report }),
  ],
  [/^the command is lost: (.*)$/, (evidence = '') => ({ type: 'lost', evidence })],
  [/^(\w+) retries$/, (by = '') => ({ type: 'retry', by })],
  [/^(\w+) skips$/, (by = '') => ({ type: 'skip', by })],
  [/^(\w+) cancels$/, (by = '') => ({ type: 'cancel', by })],
];

function exited(how: Partial<Extract<OuterEvent, { type: 'exited' }>>): OuterEvent {
  return { type: 'exited', code: null, signal: null, timedOut: false, ...how };
}

function readEvent(line: string): { event: OuterEvent; facts: Facts } {
  const outputTail = /, having written "(.*)"$/.exec(line)?.[1]?.replaceAll('|', '\n') ?? '';
  for (const [pattern, event] of sentences) {
    const [whole, ...words] = pattern.exec(line) ?? [];
    if (whole !== undefined)
      return { event: event(...words), facts: { ...plainFacts, outputTail } };
  }
  throw new Error(`No event reads "${line}".`);
}

function describeEffect(effect: OuterEffect): string {
  switch (effect.type) {
    case 'execute': {
      const env = Object.entries(effect.env).map(([name, value]) => `${name}=${value}`);
      const limit = effect.timeoutSeconds === null ? '' : `, at most ${effect.timeoutSeconds} s`;
      const withEnv = env.length === 0 ? '' : `, with ${env.join(' ')}`;
      const where = effect.chdir === null ? '' : `, in ${effect.chdir}`;
      const shell = effect.shell.replaceAll('\n', '\n           ');
      return `run    ${shell} (queue ${effect.queue}${where}${limit}${withEnv})`;
    }
    case 'log':
      return `log    ${effect.level} ${effect.message}`;
    case 'notify': {
      const message = effect.message?.replaceAll(/\n(?=[^\n])/g, '\n             ');
      return message === undefined
        ? `tell   ${effect.event}`
        : `tell   ${effect.event}: ${message}`;
    }
    case 'stop':
      return 'stop   whatever it runs';
    case 'wake':
      return `wake   it in ${effect.seconds} seconds`;
    case 'await': {
      const { instances, timeout, after, onFailure } = effect.wait;
      const each = instances.map(({ definitionId, period }) => `${definitionId} ${period}`);
      const besides = `${after === undefined ? '' : ', young ones'}${onFailure === undefined ? '' : ', also failed ones'}`;
      return `await  ${each.join(' and ')} for ${timeout} minutes${besides}`;
    }
    case 'launch_child':
      return `launch ${Object.values(effect.definition).join(' ')}`;
    case 'maintain':
      return `do     ${effect.maintenance}`;
    case 'cancel_child':
      return 'cancel what it has launched';
  }
}

function describeToken({ path, status, attempt }: Token): string {
  return `now    ${status} at ${path === '' ? '/' : path}, attempt ${attempt}`;
}
