/** What is wrong with the name of a time zone, and which one may have been meant. */
import { timeZone } from '../schedule/time-zone.ts';
import { closestWord } from '../workflow/closest-word.ts';

/** A sentence; null when there is such a zone. It quotes the name: escape it. */
export const timeZoneProblem = (name: string): string | null =>
  timeZone(name) === undefined ? noSuchZone(name) : null;

export function noSuchZone(name: string): string {
  const zones = Intl.supportedValuesOf('timeZone');
  const meant = closestWord(name, zones) ?? zoneOfCity(name, zones);
  const suggestion = meant === null ? 'One is Asia/Tokyo.' : `Did you mean ${meant}?`;
  return `There is no time zone \`${name}\`. ${suggestion}`;
}

/** People write `Tokio`, or `new york`. */
function zoneOfCity(name: string, zones: readonly string[]): string | null {
  const cities = zones.map((zone) => zone.slice(zone.lastIndexOf('/') + 1));
  const city = closestWord(name.trim().replaceAll(/\s+/g, '_'), cities);
  return city === null ? null : (zones[cities.indexOf(city)] ?? null);
}
