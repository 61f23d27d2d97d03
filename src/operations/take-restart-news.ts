/** Takes what is to be told of restarts, so that however many processes look, one of them tells. */
import { insertAudit } from '../store/audit.ts';
import { lockRestartNews, restartNews, type RestartNews } from '../store/restart-news.ts';
import { auditActor } from './actor.ts';
import type { Tx } from '../store/database.ts';

export interface TakenNews {
  readonly news: readonly RestartNews[];
  /** Wishes that are still to be waited for. */
  readonly open: number;
}

/** What is taken and not told is lost: at most once, for `workers` shows the same. */
export async function takeRestartNews(tx: Tx): Promise<TakenNews> {
  await lockRestartNews(tx);
  const all = await restartNews(tx);
  const news = all.filter(({ outcome }) => outcome !== 'open');
  for (const { requestKey, host, queue, outcome } of news) {
    await insertAudit(tx, {
      ...auditActor({ kind: 'system', id: 'slack', name: 'kuroko' }),
      action: 'tell_restart',
      outcome: 'done',
      requestKey,
      after: { host, queue, restart: outcome },
    });
  }
  return { news, open: all.length - news.length };
}
