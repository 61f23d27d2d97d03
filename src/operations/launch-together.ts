/**
 * Launches that come at the same time, in one transaction: written one by one they take the database five
 * times as long, and those of one definition wait for one another's commits besides.
 */
import { inTransaction } from './in-transaction.ts';
import { launch, type Launched, type LaunchWish } from './launch.ts';
import type { EngineFacts } from './engine-facts.ts';
import type { Definition } from '../store/definitions.ts';
import type { Database, Tx } from '../store/database.ts';

/** A wish, and who may have it: asked under the lock of the definition. */
export interface TogetherWish extends Omit<LaunchWish, 'authorise'> {
  readonly authorise: (tx: Tx, definition: Definition) => Promise<void>;
}

const mostTogether = 32;
/** So that one that waits for a lock does not hold up all others. */
const mostAtOnce = 3;
/** For which a few beside many are worth waiting for others; those many may wait for a lock themselves. */
const patienceMs = 5;

/**
 * Of the same time is what has arrived when the event loop has heard all of its sockets: whoever comes
 * alone is not kept waiting. Beside others that run it takes as many as those are, for each transaction
 * costs as much as several launches. Where one of several cannot be launched, each is launched by itself:
 * nobody is refused for the sake of another. Throws as `launch` does.
 */
export function createLaunchTogether(
  db: Database,
  facts: EngineFacts,
): (wish: TogetherWish) => Promise<Launched> {
  const waiting: Waiting[] = [];
  /** Transactions, and the launches in them. */
  let running = 0;
  let launching = 0;
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;

  const next = (): void => {
    if (waiting.length === 0 || running === mostAtOnce) return;
    if (waiting.length * running < launching) later ??= setTimeout(begin, patienceMs);
    else soon ??= setImmediate(begin);
  };

  const begin = (): void => {
    clearImmediate(soon);
    clearTimeout(later);
    soon = later = undefined;
    if (waiting.length === 0 || running === mostAtOnce) return;
    const batch = waiting.splice(0, mostTogether);
    running += 1;
    launching += batch.length;
    void launchAll(db, facts, batch).finally(() => {
      running -= 1;
      launching -= batch.length;
      next();
    });
    next();
  };

  return (wish) =>
    new Promise((resolve, reject) => {
      waiting.push({ wish, resolve, reject });
      next();
    });
}

interface Waiting {
  readonly wish: TogetherWish;
  readonly resolve: (launched: Launched) => void;
  readonly reject: (error: unknown) => void;
}

async function launchAll(
  db: Database,
  facts: EngineFacts,
  batch: readonly Waiting[],
): Promise<void> {
  const together = batch.length > 1 ? await launchBatch(db, facts, batch) : null;
  await Promise.all(
    batch.map(async ({ wish, resolve, reject }, index) => {
      const launched = together?.[index];
      if (launched !== undefined) resolve(launched);
      else await inTransaction(db, (tx) => launchAlone(tx, wish, facts)).then(resolve, reject);
    }),
  );
}

/** Null where one of them cannot be launched, or nothing can: each hears why when it is tried by itself. */
async function launchBatch(
  db: Database,
  facts: EngineFacts,
  batch: readonly Waiting[],
): Promise<readonly Launched[] | null> {
  const notTogether = (): never => {
    // Not as it is, or the refusal would be in the audit twice.
    throw new Error('one of several may not be launched');
  };
  try {
    return await inTransaction(db, (tx) => {
      const wishes = batch.map(({ wish }) => ({
        ...wish,
        authorise: (definition: Definition) => wish.authorise(tx, definition).catch(notTogether),
      }));
      return launch(tx, wishes, facts);
    });
  } catch {
    return null;
  }
}

/** One by itself, in a transaction of its caller. */
export async function launchAlone(
  tx: Tx,
  wish: TogetherWish,
  facts: EngineFacts,
): Promise<Launched> {
  const authorise = (definition: Definition) => wish.authorise(tx, definition);
  const [launched] = await launch(tx, [{ ...wish, authorise }], facts);
  if (launched === undefined) throw new Error('a launch came back without an instance');
  return launched;
}
