/** Times, lengths and states in the words of the pages. */
import type { InstanceStatus } from '../../store/instances.ts';

/** `2026-04-20 16:29:57 GMT+9`, in the configured zone; '' for none. */
export type ShowTime = (at: Date | null) => string;

export function showTime(timeZone: string): ShowTime {
  const date = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const zone = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' });
  return (at) => {
    if (at === null) return '';
    const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return `${date.format(at)} ${name}`;
  };
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 0 min`; '' when either end is missing. */
export function showLength(from: Date | null, to: Date | null): string {
  if (from === null || to === null) return '';
  const seconds = Math.max(0, (to.getTime() - from.getTime()) / 1_000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

export const stateNames: Readonly<Record<InstanceStatus, string>> = {
  working: 'WORKING',
  error: 'ERROR',
  success: 'SUCCESS',
  canceled: 'CANCEL',
};

/** Output as text: invalid bytes replaced, terminal colours and control characters taken out. */
export function showOutput(bytes: Buffer): string {
  return bytes
    .toString('utf8')
    .replaceAll('\r\n', '\n')
    .replaceAll(colours, '')
    .replaceAll(controls, '\uFFFD');
}

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const colours = /\u001b\[[\d;?]*[A-Za-z]/g;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
