/** The life of a program: started, running, asked to end; what was begun is undone in reverse order, also after half a start. */
import { invalid } from '../errors.ts';
import { GuardianError } from '../processes/guardian-error.ts';
import { createLife, type Ending, type Life } from './life.ts';
import type { Attended } from './restartable.ts';
import type { Log } from '../log.ts';

/** What is started with the life of the program that it belongs to. */
export interface Scope {
  readonly life: Life;
  readonly log: Log;
  /** Whatever is started adds how it is ended, also when a later start fails. */
  readonly undo: ((ending: Ending) => Promise<void>)[];
}

/**
 * `startAll` resolves with how the work is ended, or left, before the rest is undone. Resolves with why it is over.
 * Throws when it cannot start.
 */
export async function runUntilOver(
  log: Log,
  attended: Attended,
  startAll: (scope: Scope) => Promise<(ending: Ending) => Promise<void>>,
): Promise<Ending> {
  const undo: Scope['undo'] = [];
  const life = createLife(attended);
  let ending: Ending = { type: 'failed' };
  try {
    // Asked to end while it starts, it does not start to the end: what it has begun is undone.
    const end = await Promise.race([startAll({ life, log, undo }), life.over.then(() => null)]);
    if (end !== null) attended.supervisor?.tell({ type: 'ready' });
    ending = await life.over;
    log.info(ending, 'ending');
    await end?.(ending);
    return ending;
  } catch (error) {
    life.finish(1, 'start failed');
    throw plainly(error);
  } finally {
    for (const step of undo.toReversed()) {
      await step(ending).catch((error: unknown) => log.error({ err: error }, 'an end failed'));
    }
  }
}

const cannotUseFolder = new Set(['EACCES', 'ENOTDIR', 'EROFS', 'EEXIST', 'ENOSPC', 'EPERM']);

function plainly(error: unknown): unknown {
  const { code, path: at, syscall } = error as NodeJS.ErrnoException;
  // A recursive mkdir says ENOENT of a file system that is read-only.
  const noFolder = cannotUseFolder.has(code ?? '') || (code === 'ENOENT' && syscall === 'mkdir');
  if (noFolder && at !== undefined) {
    return invalid(
      `The data folder cannot be used: ${at} (${code}). Set KUROKO_DATA_DIR to another.`,
    );
  }
  return error instanceof GuardianError && error.reason === 'taken'
    ? invalid(error.message)
    : error;
}
