/**
 * What a guardian leaves in writing for those that come after it: that it was there, which services it started, and its last
 * words. One JSON object a line, only ever appended to; shortened when the next guardian takes the folder.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import type { LastWords, Service } from './protocol.ts';

export type JournalRecord =
  | EpochStarted
  | ServiceStarted
  | {
      readonly type: 'serviceEnded';
      readonly epoch: string;
      readonly name: string;
      readonly pid: number;
    }
  | { readonly type: 'lastWords'; readonly words: LastWords }
  /** Nothing that this guardian started is left. */
  | { readonly type: 'closed'; readonly epoch: string; readonly at: number };

export type EpochStarted = {
  readonly type: 'epoch';
  readonly epoch: string;
  readonly bootId: string;
  readonly at: number;
  /** Where its commands are, if there is one. */
  readonly cgroup: string | null;
};

export type ServiceStarted = {
  readonly type: 'service';
  readonly epoch: string;
  readonly pid: number;
  readonly pidStart: number;
} & Pick<Service, 'name' | 'stopSignal' | 'stopTimeoutMs'>;

export type Journal = {
  readonly records: () => JournalRecord[];
  /** On the disk when it returns. */
  readonly append: (...records: readonly JournalRecord[]) => void;
};

const KEPT_MS = 7 * 24 * 3600 * 1000;
const KEPT_BYTES = 16 * 1024 * 1024;

/** Drops what is older than a week, or beyond 16 MB, of guardians of which nothing is left. */
export function openJournal(path: string): Journal {
  const short = shorten(readRecords(path)).map(toLine).join('');
  writeFileSync(`${path}.new`, short, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
  return {
    records: () => readRecords(path),
    append(...records) {
      const file = openSync(path, 'a');
      const { size } = fstatSync(file);
      try {
        // In as many writes as it takes: on a disk that is nearly full one writes less than it was given, and says so to nobody.
        writeFileSync(file, records.map(toLine).join(''));
        fdatasyncSync(file);
      } catch (error) {
        // Half a line would take the next one with it.
        ftruncateSync(file, size);
        throw error;
      } finally {
        closeSync(file);
      }
    },
  };
}

function toLine(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** A line that was being written when the power went is none. */
function readRecords(path: string): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const line of readText(path).split('\n')) {
    try {
      records.push(JSON.parse(line) as JournalRecord);
    } catch {
      continue;
    }
  }
  return records;
}

/** Only where there is none yet it is empty: taken for empty, what former guardians ran would never be looked for. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function shorten(records: readonly JournalRecord[]): JournalRecord[] {
  const closedAt = new Map<string, number>();
  for (const record of records) if (record.type === 'closed') closedAt.set(record.epoch, record.at);
  let bytes = 0;
  return records
    .toReversed()
    .filter((record) => {
      const closed = closedAt.get(epochOf(record));
      if (closed === undefined) return true;
      bytes += toLine(record).length;
      const service = record.type === 'service' || record.type === 'serviceEnded';
      return (
        !service &&
        closed > Date.now() - KEPT_MS &&
        (bytes < KEPT_BYTES || record.type !== 'lastWords')
      );
    })
    .toReversed();
}

function epochOf(record: JournalRecord): string {
  return record.type === 'lastWords' ? record.words.epoch : record.epoch;
}
