#!/usr/bin/env node
/**
 * The command `kuroko`: 0 done, 1 refused or failed, 2 used wrongly. As the executable it composes: the one
 * file here that knows of main, executor and of what is embedded, and loads neither before it is needed.
 */
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import type { Outside } from './outside.ts';

const outside: Outside = {
  start: async (config, flags) => (await import('../main.ts')).start(config, flags),
  runExecutor: async (flags) => (await import('../executor.ts')).runExecutor(flags),
  runningDatabase: async (dataDir) =>
    (await import('../embedded/running-postgres.ts')).runningPostgres(dataDir),
};

// `kuroko list | head` is no failure, nor is a terminal that was closed: whoever has more to do than to print hears SIGHUP.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') return;
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await createProgram(outside, (code) => (process.exitCode = code)).parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageCode(error) : await explained(error);
}

/** Commander has said already what is wrong. */
function usageCode(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : 2;
}

/** Loaded only when needed: an answer to `kuroko --help` should not wait for it. */
async function explained(error: unknown): Promise<number> {
  const { explain } = await import('./explain.ts');
  const { printNote } = await import('./print.ts');
  // It may quote what others have written.
  printNote(explain(error).trimEnd());
  return 1;
}
