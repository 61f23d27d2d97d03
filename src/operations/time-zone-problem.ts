/** What is wrong with the name of a time zone, and which one may have been meant. */
import { timeZone } from '../schedule/time-zone.ts';
import { closestWord } from '../workflow/closest-word.ts';

/** A sentence; null when there is such a zone. It quotes the name: escape it. */
export const timeZoneProblem = (name: string): string | null =>
  timeZone(name) === undefined ? noSuchZone(name) : null;

export function noSuchZone(name: string): string {
  const meant = cityZone(name) ?? closestWord(name, zones());
  const suggestion = meant === null ? 'One is Asia/Tokyo.' : `Did you mean ${meant}?`;
  return `There is no time zone \`${name}\`. ${suggestion}`;
}

/** People write `Tokyo`, or `new york`. */
function cityZone(name: string): string | null {
  const city = name.trim().replaceAll(/\s+/g, '_').toLowerCase();
  if (city === '') return null;
  return zones().find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? null;
}

const zones = (): readonly string[] => Intl.supportedValuesOf('timeZone');
