/** The life of a program: started, running, asked to end; what was begun is undone in reverse order, also after half a start. */
import { invalid } from '../errors.ts';
import { GuardianError } from '../processes/guardian-error.ts';
import { createLife, type Life } from './life.ts';
import type { Log } from '../log.ts';

/** What is started with the life of the program that it belongs to. */
export interface Scope {
  readonly life: Life;
  readonly log: Log;
  /** Whatever is started adds how it is ended, also when a later start fails. */
  readonly undo: (() => Promise<void>)[];
}

/**
 * `startAll` resolves with how the work is ended in order, before the rest is undone. Resolves with the exit code.
 * Throws when it cannot start.
 */
export async function runUntilOver(
  log: Log,
  startAll: (scope: Scope) => Promise<() => Promise<void>>,
): Promise<number> {
  const undo: Scope['undo'] = [];
  const life = createLife();
  try {
    // Asked to end while it starts, it does not start to the end: what it has begun is undone.
    const end = await Promise.race([startAll({ life, log, undo }), life.over.then(() => null)]);
    const { code, reason } = await life.over;
    log.info({ reason }, 'ending');
    await end?.();
    return code;
  } catch (error) {
    life.finish(1, 'start failed');
    throw plainly(error);
  } finally {
    for (const step of undo.toReversed()) {
      await step().catch((error: unknown) => log.error({ err: error }, 'an end failed'));
    }
    life.forget();
  }
}

const cannotUseFolder = new Set(['EACCES', 'ENOTDIR', 'EROFS', 'EEXIST', 'ENOSPC', 'EPERM']);

function plainly(error: unknown): unknown {
  const { code, path: at } = error as { code?: string; path?: string };
  if (code !== undefined && cannotUseFolder.has(code) && at !== undefined) {
    return invalid(
      `The data folder cannot be used: ${at} (${code}). Set KUROKO_DATA_DIR to another.`,
    );
  }
  return error instanceof GuardianError && error.reason === 'taken'
    ? invalid(error.message)
    : error;
}
