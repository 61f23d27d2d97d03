/** `sequence`: its children, in order. */
import { passing } from './passing.ts';

export const sequence = passing('sequence');
