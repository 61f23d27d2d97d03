/** What a worker does, and what keeps it from taking more: the same words wherever it is shown. */
import type { ListedExecutor } from '../store/worker-list.ts';

export interface WorkerState {
  readonly activity: 'running' | 'free';
  /** Null: it takes what comes next. */
  readonly hindrance: 'left' | 'away' | 'draining' | 'suspended' | null;
}

export function workerState(
  { presence, drainingAt }: Pick<ListedExecutor, 'presence' | 'drainingAt'>,
  { running, suspended }: { readonly running: object | null; readonly suspended: boolean },
): WorkerState {
  const own = suspended ? 'suspended' : null;
  const ofAll = presence !== 'present' ? presence : drainingAt === null ? null : 'draining';
  return { activity: running === null ? 'free' : 'running', hindrance: ofAll ?? own };
}
