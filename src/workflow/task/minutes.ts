/** The option of `timeout` and `expected_time`: `N`, `Nm` or `Nh`, minutes by default. */
import { type Option, refused, understood } from '../option.ts';

/** Minutes; null when the option is empty and changes nothing. */
export function parseMinutes(word: string, option: string | null): Option<number | null> {
  if (option === null || option === '') return understood(null);
  const minutes = readDuration(option);
  if (minutes !== null) return understood(minutes);
  return refused(
    `A value of ${word.toUpperCase()} should be a number.`,
    `Write minutes or hours: \`${word}: 90\`, \`${word}: 90m\`, \`${word}: 2h\`.`,
  );
}

/** `90`, `90m` or `2h` in minutes, or null. */
export function readDuration(text: string): number | null {
  const [whole, digits, unit] = /^([0-9]+)([hm]?)$/.exec(text) ?? [];
  return whole === text ? Number(digits) * (unit === 'h' ? 60 : 1) : null;
}
