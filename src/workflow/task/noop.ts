/** `noop`: nothing but its children. */
import { passing } from './passing.ts';

export const noop = passing('noop');
