/** `kuroko start`: runs everything until it is told to end. */
import { loadConfig } from '../../config.ts';
import type { Outside } from '../outside.ts';

const lingerMs = 2_000;

export async function startVerb(outside: Outside): Promise<number> {
  const config = loadConfig(process.env);
  try {
    return await outside.start(config);
  } finally {
    // Whatever still holds the process by then is a leak, and not worth a hanging shell.
    setTimeout(() => process.exit(), lingerMs).unref();
  }
}
