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
  /** The same, but says `tick` ten times a second, `ticks` times: how long it lived is known however it ended. */
  ticking(ticks: number): string;
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
    ticking: (ticks) =>
      step(`n=0; while [ $((n += 1)) -le ${ticks} ]; do sleep 0.1; ${note('tick')}; done`),
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
