/** `root`: the script itself; as a word of a script it is a sequence. */
import { passing } from './passing.ts';

export const root = passing('root');
