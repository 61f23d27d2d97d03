/** The configuration of whoever needs none, but goes by one that is there: custom tasks, the time zone. */
import { loadConfig, type Config } from '../config.ts';
import { UserError } from '../errors.ts';
import { printNote } from './print.ts';

/** Null, with a note, for one with mistakes: that is no reason not to look at a script. */
export function ownConfig(): Config | null {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printNote(`${error.message} It is left aside; see: kuroko check`);
    return null;
  }
}
