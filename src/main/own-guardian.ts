/** The guardian of a data folder, for as long as the program lives. */
import { startGuardian } from '../processes/start-guardian.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Scope } from './run-until-over.ts';

/** `killGrace`: seconds between TERM and KILL when the guardian has to end by itself. */
export async function ownGuardian(
  { dataDir, killGrace }: { readonly dataDir: string; readonly killGrace: number },
  { life, undo }: Scope,
): Promise<Guardian> {
  const guardian = await startGuardian({
    dataDir,
    graceMs: killGrace * 1_000,
    onWait: (message) => process.stdout.write(`${message}\n`),
  });
  undo.push(async () => {
    if (!life.guardianGone) return guardian.end(0);
    // It died and left commands and servers behind: the next one ends them as it starts.
    const next = await startGuardian({ dataDir, graceMs: 0 });
    await next.end(0);
  });
  guardian.onClose(() => life.finish(1, 'the guardian is gone'));
  return guardian;
}
