/** States and times as the command line writes them. */
import type { InstanceStatus } from '../store/instances.ts';
import type { LogLine } from '../store/logs.ts';

export const stateNames: Readonly<Record<InstanceStatus, string>> = {
  working: 'WORKING',
  error: 'ERROR',
  success: 'SUCCESS',
  canceled: 'CANCEL',
};

/** `2026-04-20 16:29:57` in the reader's own zone; `-` for none. */
export function timeText(at: Date | null): string {
  return at === null ? '-' : moment.format(at);
}

export const logText = ({ at, level, message }: LogLine): string =>
  `${timeText(at)}  ${level.padEnd(5)}  ${message}`;

const moment = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
