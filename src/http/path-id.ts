/** The id in an address. */
import { notFound } from '../errors.ts';

/** A number that can be an id; throws NotFound for anything else, as if there were no such row. */
export function pathId(noun: 'definition' | 'instance', text: unknown): number {
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw notFound(`There is no ${noun} with this id.`);
}
