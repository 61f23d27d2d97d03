/** Arguments and options as people type them. Each throws InvalidArgumentError for what it is not. */
import { InvalidArgumentError } from 'commander';
import { isAdminRef } from '../operations/admin-ref.ts';
import { parseQueue } from '../workflow/task/queue.ts';

export function instanceId(text: string): number {
  return positive(text.replace(/^#/, ''));
}

export function queueName(text: string): string {
  const option = parseQueue(text);
  if (option.ok && text !== '') return text;
  throw new InvalidArgumentError(
    'It must be letters, digits, _ and -, with or without a leading @.',
  );
}

/** A moment, or how long ago. */
export function moment(text: string): Date {
  const ago = /^(?<count>\d{1,6})(?<unit>[mhd])$/.exec(text)?.groups;
  const at =
    ago === undefined
      ? Date.parse(text)
      : Date.now() - Number(ago['count']) * (unitsMs[ago['unit'] ?? ''] ?? 0);
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a time, or 30m, 2h, 7d.');
  return new Date(at);
}
const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function positive(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1.');
}

/** `7=alice@example.com`, or a Slack user id: who somebody of another Kuroko is. */
export function person(
  text: string,
  before: ReadonlyMap<number, string>,
): ReadonlyMap<number, string> {
  const [, id = '', who = ''] = /^(\d+)=(.*)$/.exec(text) ?? [];
  if (id !== '') return new Map([...before, [positive(id), adminRef(who)]]);
  throw new InvalidArgumentError('It must be a number and who that is: 7=alice@example.com.');
}

export function admins(text: string, before: readonly string[]): readonly string[] {
  return [...before, adminRef(text)];
}

export const ids = (text: string, before: readonly number[]): readonly number[] => [
  ...before,
  positive(text),
];

function adminRef(text: string): string {
  if (isAdminRef(text)) return text;
  throw new InvalidArgumentError('It must be an e-mail address or a Slack user id.');
}

export const collect = (text: string, before: string[]): string[] => [...before, text];
