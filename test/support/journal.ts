/**
 * The commands' own account of what they did, in a file that the database has no part in: one line
 * a word, appended by the shell itself, with the seconds since the machine's boot.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Journal {
  readonly file: string;
  /** A line of script: starts, does `body`, ends. */
  step(body: string): string;
  /**
   * Shell that lives so many seconds, with two ticks in each: how long is known however it ends. At
   * a further attempt, within the same instance, it may take another time.
   */
  ticks(seconds: number, secondsAgain?: number): string;
  /** Shell that notes one word. */
  note(word: string): string;
  entries(): JournalEntry[];
  remove(): void;
}

export interface JournalEntry {
  readonly word: string;
  /** Of the guardian that ran it. */
  readonly epoch: string;
  readonly executionId: number;
  /** Seconds since boot. */
  readonly at: number;
}

export function createJournal(): Journal {
  const folder = mkdtempSync(path.join(tmpdir(), 'kuroko-journal-'));
  const file = path.join(folder, 'journal');
  writeFileSync(file, '');
  // Builtins of the shell only: noting costs no process. Short lines are appended whole.
  const note = (word: string) =>
    `read up rest < /proc/uptime; echo "${word} $KUROKO_EXECUTION $up" >> ${file}`;
  const step = (body: string) => `execute: ${note('start')}; ${body}; ${note('end')}\n`;
  return {
    file,
    note,
    step,
    ticks: (seconds, secondsAgain = seconds) =>
      `n=${seconds * 2}; once=${folder}/$KUROKO2_JOB_INSTANCE_ID; ` +
      `[ ! -e $once ] || n=${secondsAgain * 2}; : > $once; ` +
      `while [ $((n -= 1)) -ge 0 ]; do sleep 0.5; ${note('tick')}; done`,
    entries: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [word = '', marker = '', at = ''] = line.split(' ');
          const [epoch = '', id = ''] = marker.split(':');
          return { word, epoch, executionId: Number(id), at: Number(at) };
        }),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
