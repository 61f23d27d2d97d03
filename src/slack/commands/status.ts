/** `status [instance]`: what runs now and what waits for somebody; one run in full. */
import { notFound } from '../../errors.ts';
import { instanceStatus } from '../../messages/instance-status.ts';
import { statusMessage } from '../../messages/status-message.ts';
import { showRun } from '../../operations/show.ts';
import { listInstances } from '../../store/instances.ts';
import { readRun } from '../../store/run.ts';
import { untoldOf } from '../../store/untold.ts';
import { aboutNow, type Shell } from '../shell.ts';
import type { Content } from '../../messages/blocks.ts';

/** More than are shown, so that their number can be told. */
const counted = 1_000;

export async function status(shell: Shell, instanceId: number | null): Promise<Content> {
  if (instanceId === null) {
    const statuses = ['working', 'error'] as const;
    const instances = await listInstances(shell.db, { statuses, limit: counted });
    return statusMessage(instances, aboutNow(shell));
  }
  const run = await readRun(shell.db, instanceId);
  if (run === null) throw notFound(`There is no run #${instanceId}.`);
  const untold = await untoldOf(shell.db, instanceId);
  return instanceStatus(showRun(run, shell.facts), aboutNow(shell), untold);
}
