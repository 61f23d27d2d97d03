/** Tells when an executor is back that somebody wanted started again: the next process does, if it was our own. */
import { person } from '../messages/phrases.ts';
import { restartBackNews, restartRefusedNews } from '../messages/restart-news.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { takeRestartNews } from '../operations/take-restart-news.ts';
import { listWorkers } from '../store/worker-list.ts';
import { askOf } from './ask.ts';
import type { Content } from '../messages/blocks.ts';
import type { RestartNews } from '../store/restart-news.ts';
import type { Shell } from './shell.ts';

export interface RestartWatch {
  /** Looks now, and then every two seconds for as long as somebody waits for a restart. */
  look(): void;
  stop(): void;
}

const interval = 2_000;

export function watchRestarts(shell: Pick<Shell, 'db' | 'client' | 'log'>): RestartWatch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking = false;
  async function look(): Promise<void> {
    if (looking || stopped) return;
    looking = true;
    clearTimeout(timer);
    const open = await tell(shell).catch((error: unknown) => {
      shell.log.warn({ err: error }, 'news of restarts could not be told');
      return 1;
    });
    looking = false;
    if (open > 0 && !stopped) timer = setTimeout(() => void look(), interval).unref();
  }
  return {
    look: () => void look(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Returns how many are still to be waited for. */
async function tell(shell: Pick<Shell, 'db' | 'client' | 'log'>): Promise<number> {
  const { news, open } = await inTransaction(shell.db, (tx) => takeRestartNews(tx));
  for (const one of news) {
    const asked = {
      userId: one.actorId,
      fromBot: false,
      channel: one.place ?? '',
      channelName: null,
      threadTs: null,
      key: one.requestKey,
      triggerId: null,
    };
    await askOf(shell, asked).announce(await contentOf(shell, one));
  }
  return open;
}

async function contentOf({ db }: Pick<Shell, 'db'>, news: RestartNews): Promise<Content> {
  const { host, queue, reason } = news;
  const who = person(news.actorName, news.actorId);
  if (news.outcome === 'refused') return restartRefusedNews({ host, queue, reason }, who);
  const [executor] = (await listWorkers(db, { host, queue, limit: 1 })).executors;
  const handedOver = (executor?.workers ?? []).filter(
    ({ running }) =>
      running !== null && executor !== undefined && running.since < executor.startedAt,
  ).length;
  return restartBackNews({ host, queue, handedOver }, who);
}
