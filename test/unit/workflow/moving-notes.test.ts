/** What means something else here than in Kuroko2: named where it stands, and nowhere else. */
import { describe, expect, it } from 'vitest';
import { movingNotes } from '../../../src/workflow/moving-notes.ts';
import { parse } from '../../../src/workflow/parse.ts';

/** `line: message` each. */
function notes(script: string): string[] {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return movingNotes(parsed.tree).map(({ line, message }) => `${line}: ${message}`);
}

const forks =
  'Every branch runs; Kuroko2 passed over branches of a fork within a fork, and called that SUCCESS.';
const sleeps = 'It sleeps; at the end of a script or branch Kuroko2 did not.';
const waits =
  'Its timeout counts from the wait; in Kuroko2 from the launch, or the fork around it.';

describe('what a script from Kuroko2 means differently', () => {
  it('is nothing where both mean the same', () => {
    const script = [
      'env: A=1 KUROKO2_OTHER=x',
      'env:',
      'queue: batch',
      'wait: 1/daily',
      'retry: count=2',
      '  execute: a',
      '  sequence:',
      'timeout: 0',
      'timeout:',
      'auto_skip_error: false',
      'rails_env:',
      'fork:',
      '  execute: a',
      '  sequence:',
      '    sleep: 1',
      '    execute: b',
      'parallel_fork: 2',
      '  sleep: 1',
      '  execute: a',
      'sleep: 1',
      'echo: x',
      'constructor: x',
    ];
    expect(notes(script.join('\n'))).toEqual([]);
  });

  it('is a fork within a fork', () => {
    expect(notes('fork:\n  sequence:\n    fork:\n      execute: a\n  execute: b')).toEqual([
      `3: ${forks}`,
    ]);
    expect(notes('parallel_fork: 2\n  parallel_fork: 3\n    execute: a')).toEqual([`2: ${forks}`]);
    expect(notes('fork:\n  execute: a\nfork:\n  execute: b')).toEqual([]);
  });

  it('is a sleep with nothing after it, in the script or in its branch', () => {
    expect(notes('execute: a\nsequence:\n  sleep: 1')).toEqual([`3: ${sleeps}`]);
    const branches =
      'fork:\n  sleep: 1\n  sequence:\n    sleep: 1\n    execute: a\n    sleep: 1\nexecute: b';
    expect(notes(branches)).toEqual([`2: ${sleeps}`, `6: ${sleeps}`]);
    expect(notes('parallel_fork: 2\n  execute: a\n  sleep: 1\nexecute: b')).toEqual([
      `3: ${sleeps}`,
    ]);
  });

  it('is a retry around more than steps', () => {
    expect(notes('retry: count=1\n  sequence:\n    execute: a')).toEqual([
      '1: It covers every step below it; in Kuroko2 only those directly below.',
    ]);
  });

  it('is a wait that begins late, by the clock of its branch', () => {
    expect(notes('execute: a\nwait: 1/daily\necho: b')).toEqual([`2: ${waits}`]);
    expect(notes('execute: a\nfork:\n  wait: 1/daily\n  execute: b')).toEqual([]);
    expect(notes('fork:\n  sequence:\n    my_task: x\n    wait: 1/daily\n  execute: b')).toEqual([
      `4: ${waits}`,
    ]);
  });

  it('is a limit, a switch, a variable and a sub process', () => {
    const script = [
      'timeout: 1h',
      'rails_env: staging',
      'auto_skip_error: 1',
      'env: KUROKO2_JOB_INSTANCE_ID=1 A=2 KUROKO2_LAUNCHED_TIME=x',
      'sub_process: 1',
      'subprocess: 2',
    ];
    expect(notes(script.join('\n'))).toEqual([
      '1: It counts the time that a command runs, for each attempt; Kuroko2 counted its time in the queue, too, and once only.',
      '2: Commands are given RAILS_ENV=staging; Kuroko2 did not pass it on.',
      '3: An error that is skipped is told of as skipped; Kuroko2 told of a failure first.',
      '4: KUROKO2_JOB_INSTANCE_ID and KUROKO2_LAUNCHED_TIME keep their own values; in Kuroko2 a script could set them.',
      '5: Cancel ends what it launched, too, and Retry after that launches it anew; Kuroko2 did neither.',
      '6: Cancel ends what it launched, too, and Retry after that launches it anew; Kuroko2 did neither.',
    ]);
  });

  it('is said of what can be read, where the options cannot', () => {
    expect(notes('timeout: soon\nenv: nonsense')).toEqual([]);
  });
});
