/** `kuroko start`: runs everything until it is told to end. */
import { loadConfig } from '../../config.ts';
import { lingering } from '../lingering.ts';
import type { Outside, RestartFlags } from '../outside.ts';

export async function startVerb(outside: Outside, flags: RestartFlags): Promise<number> {
  const config = loadConfig(process.env);
  return lingering(() => outside.start(config, flags));
}
