/** Hosts, what they run and what they ran as the JSON of the command line. */
import { snakeCased } from './row-json.ts';
import type { EndedCommand } from '../store/ended-commands.ts';
import type { PendingCommand } from '../store/pending-commands.ts';
import type { RunningCommand } from '../store/running-commands.ts';
import type { ListedExecutor } from '../store/worker-list.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Without script and environment: from them only the secrets of the command are known. */
export function commandJson({
  script: _script,
  env: _env,
  ...command
}: RunningCommand | PendingCommand | EndedCommand): Fields {
  return snakeCased(command);
}

export function executorJson({ workers, ...executor }: ListedExecutor): Fields {
  return {
    ...snakeCased(executor),
    workers: workers.map(({ running, ...worker }) => ({
      ...snakeCased(worker),
      running: running === null ? null : commandJson(running),
    })),
  };
}
