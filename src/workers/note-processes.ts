/** Notes the processes of commands that live a while, for people and for whoever comes after. */
import { notePids } from '../store/executions.ts';
import type { Commands } from '../processes/commands.ts';
import type { Connection } from '../store/database.ts';

type Held = Awaited<ReturnType<Commands['list']>>;

/** A command this old has its process noted; most are over before. */
const notedAfterMs = 1_000;

/** Of what a guardian holds, each once. */
export function createProcessNotes(db: Connection): (held: Held) => Promise<void> {
  let noted = new Set<number>();
  return async (held) => {
    const old = held.flatMap((command) =>
      command.status === 'running' && Date.now() - command.startedAt >= notedAfterMs
        ? [command]
        : [],
    );
    const fresh = old.flatMap(({ id, pid, pidStart, startedAt }) =>
      noted.has(id) || pid === null || pidStart === null
        ? []
        : [{ executionId: id, pid, pidStart, startedAt: new Date(startedAt) }],
    );
    await notePids(db, fresh);
    noted = new Set(old.map(({ id }) => id));
  };
}
