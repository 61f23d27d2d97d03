/** The guardian of a data folder, for as long as the program lives. */
import { startGuardian } from '../processes/start-guardian.ts';
import { handOverSeconds } from '../store/restarts.ts';
import type { Guardian } from '../processes/guardian.ts';
import type { Ending } from './life.ts';
import type { Scope } from './run-until-over.ts';

/** For what could not be ended in order before. */
const endGraceMs = 7_000;

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
  const found = await held(guardian);
  if (found > 0) process.stdout.write(`Going on with ${found} commands that were handed over.\n`);
  undo.push(async (ending) => {
    if (life.guardianGone) {
      // It died and left commands and servers behind: the next one ends them as it starts.
      const next = await startGuardian({ dataDir, graceMs: 0 });
      return next.end(0);
    }
    if (!isLeft(ending, found)) return guardian.end(endGraceMs);
    await guardian.handover(handOverSeconds);
    guardian.close();
  });
  // Left alone, it would go on giving commands their time to end.
  life.onHurry(() => guardian.setGrace(0));
  guardian.onClose(() => life.finish(1, 'the guardian is gone'));
  return guardian;
}

/** Commands, running or ended, that a former main has left with it. */
async function held(guardian: Guardian): Promise<number> {
  return (await guardian.list()).length;
}

/** To the next process; or to another try, when this one found something and could not start. */
function isLeft(ending: Ending, found: number): boolean {
  if (ending.type !== 'failed') return ending.type === 'hand_over';
  if (found === 0) return false;
  process.stdout.write(
    `${found} commands that were handed over run on: they end in ${handOverSeconds} s unless Kuroko is started.\n`,
  );
  return true;
}
