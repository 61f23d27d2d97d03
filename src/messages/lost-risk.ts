/** What a Retry of a lost command may do: the question that its failure asks. */
import { render } from '../templates.ts';
import { code, line } from './fit.ts';
import type { Execution } from '../store/executions.ts';

/** A sentence: safe where nothing of it can run any more, else what it would risk, and where. */
export function lostRisk({ groupEmptyAt, host }: Pick<Execution, 'groupEmptyAt' | 'host'>): string {
  return groupEmptyAt === null
    ? render('slack/failure#may-still-run', { host: code(host ?? '', 80, '?') })
    : render('slack/failure#safe');
}

/** The host that nobody can ask, as plain text. */
export const hostOf = ({ host }: Pick<Execution, 'host'>): string => line(host ?? '', 80, '?');
