/** Hosts, what they run and what they ran as the JSON of the command line. */
import { snakeCased } from './row-json.ts';
import type { EndedCommand } from '../store/ended-commands.ts';
import type { PendingCommand } from '../store/pending-commands.ts';
import type { RunningCommand } from '../store/running-commands.ts';
import type { Shown, ShownExecutor } from '../store/shown.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Without script and environment: they were read for the secrets of the command. */
export function commandJson({
  script: _script,
  env: _env,
  ...command
}: Shown<RunningCommand | PendingCommand | EndedCommand>): Fields {
  return snakeCased(command);
}

export function executorJson({ workers, ...executor }: ShownExecutor): Fields {
  return {
    ...snakeCased(executor),
    workers: workers.map(({ running, ...worker }) => ({
      ...snakeCased(worker),
      running: running === null ? null : commandJson(running),
    })),
  };
}
