/** The option of `timeout` and `expected_time`: `N`, `Nm` or `Nh`, minutes by default. */
import { type Option, refused, understood } from '../option.ts';

/** Minutes; null when the option is empty and changes nothing. */
export function parseMinutes(word: string, option: string | null): Option<number | null> {
  if (option === null || option === '') return understood(null);
  const [, digits, unit] = /^([0-9]+)([hm]?)$/.exec(option) ?? [];
  if (digits !== undefined) return understood(inMinutes(digits, unit));
  return refused(
    `A value of ${word.toUpperCase()} should be a number.`,
    `Write minutes or hours: \`${word}: 90\`, \`${word}: 90m\`, \`${word}: 2h\`.`,
  );
}

/** `h` is hours, anything else minutes. */
export function inMinutes(digits: string, unit: string | undefined): number {
  return Number(digits) * (unit === 'h' ? 60 : 1);
}
