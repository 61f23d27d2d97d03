/** A contender's side of the bench: says that it is ready, then runs what it is asked to. */

/** What may be asked for. `w10`: ten steps one after the other; `burst`: so many of one step, four at a time. */
export type Workload = 'w10' | 'burst' | 'bare-burst';

export type Asked = { readonly workload: Workload; readonly count: number } | 'end';
export type Answer = 'ready' | 'done' | { readonly error: string };

/** Each workload resolves when all of it is durably done; `stop` gives back what the contender holds. */
export function answerRuns(
  workloads: Partial<Record<Workload, (count: number) => Promise<void>>>,
  stop: () => Promise<void>,
): void {
  const say = (answer: Answer) => process.send?.(answer);
  const run = async (asked: Asked): Promise<void> => {
    if (asked === 'end') {
      await stop();
      process.disconnect();
      return;
    }
    const { workload, count } = asked;
    await workloads[workload]?.(count);
    say('done');
  };
  process.on('message', (asked) => {
    run(asked as Asked).catch((error: unknown) => say({ error: String(error) }));
  });
  // The bench is gone.
  process.on('disconnect', () => setTimeout(() => process.exit(1), 5_000).unref());
  say('ready');
}
