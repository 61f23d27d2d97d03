/** How a command ended, or what else it does, in few words. */
import { render } from '../templates.ts';
import { line } from './fit.ts';
import type { Execution } from '../store/executions.ts';

export function executionOutcome({
  status,
  exitStatus,
  termSignal,
  timedOut,
}: Pick<Execution, 'status' | 'exitStatus' | 'termSignal' | 'timedOut'>): string {
  if (status !== 'finished') return render(`slack/status#how-${status}`);
  if (timedOut) return render('slack/status#how-timed-out');
  if (termSignal !== null)
    return render('slack/status#how-signal', { signal: line(termSignal, 30) });
  return render('slack/status#how-exit', { exitStatus });
}
