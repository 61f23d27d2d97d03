/** What operators did to a run, as sentences: "Retried by @ann at 12:03". */
import { render } from '../templates.ts';
import { auditPerson, timeOfDay } from './phrases.ts';
import type { AuditRow } from '../store/audit.ts';
import type { Run } from '../store/run.ts';

/** The last few are told; the log of the instance has them all. */
const shown = 3;

export function deeds(run: Run): string[] {
  return run.audit
    .filter((row) => isDeed(row))
    .slice(-shown)
    .map((row) => deed(row));
}

export function deed(row: AuditRow): string {
  return render(`slack/run#did-${row.action}`, { who: auditPerson(row), at: timeOfDay(row.at) });
}

/** What was done about one failure; null while nobody did anything. */
export function deedAbout(run: Run, tokenId: number, attempt: number): AuditRow | null {
  return (
    run.audit.find(
      (row) =>
        (row.action === 'retry' || row.action === 'skip') &&
        row.tokenId === tokenId &&
        row.attempt === attempt,
    ) ??
    run.audit.find(({ action }) => action === 'cancel') ??
    null
  );
}

const isDeed = ({ action, outcome }: AuditRow): boolean =>
  outcome === 'done' && ['retry', 'skip', 'cancel', 'terminate'].includes(action);
