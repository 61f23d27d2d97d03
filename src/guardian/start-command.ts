/** Starts one command: /bin/sh in a session of its own, standard output and error in one pipe, nothing on standard input. */
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { Children } from './children.ts';
import { type Exit, openPipe, type Program, spawnAside, spawnProgram } from './libc.ts';
import type { Submission } from './protocol.ts';
import { type OutputListener, readOutput } from './read-output.ts';
import { withMarker } from './target.ts';

export type CommandListener = OutputListener & {
  readonly exited: (exit: Exit) => void;
};

const HOME = '/';
const nothing = openSync('/dev/null', 'r');

/**
 * Resolves with the pid of its first process. Nothing but output is told before.
 *
 * @param marker `NAME=value`, added to the environment
 * @param beside others run, and are not to wait until this one does
 * @throws what `whyNotStarted` explains; then nothing runs
 */
export async function startCommand(
  submission: Submission,
  marker: string,
  beside: boolean,
  children: Children,
  listener: CommandListener,
): Promise<number> {
  const { readEnd, writeEnd } = openPipe();
  const output = readOutput(readEnd, listener);
  let pid: number;
  try {
    pid = await spawnShell(submission, marker, beside, writeEnd);
  } catch (error) {
    output.close();
    throw error;
  } finally {
    // Also for a file to be free for what is read next: from here on it runs, and nothing may fail.
    closeSync(writeEnd);
  }
  children.onExit(pid, (exit) => {
    output.ended();
    listener.exited(exit);
  });
  return pid;
}

/** What was thrown instead of a start, as a sentence. */
export function whyNotStarted(error: unknown, chdir: string): string {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  const reason =
    syscall === 'chdir'
      ? `there is no folder ${chdir} that it may enter`
      : (reasons.get(code ?? '') ?? message);
  return `The command could not be started: ${reason}.`;
}

const reasons = new Map([
  ['E2BIG', 'its text or its environment is larger than the system allows'],
  ['EMFILE', 'Kuroko has too many files open'],
  ['ENFILE', 'the system has too many files open'],
  ['EAGAIN', 'the system allows no more processes'],
  ['ENOMEM', 'the system has no memory for it'],
]);

async function spawnShell(
  { shell, env, chdir }: Submission,
  marker: string,
  beside: boolean,
  output: number,
): Promise<number> {
  const program: Program = {
    file: '/bin/sh',
    args: ['/bin/sh', '-c', shell],
    env: withMarker(env, marker),
    stdio: [nothing, output, output],
  };
  const aside = beside && path.isAbsolute(chdir) ? await spawnAside(program, chdir) : null;
  // What could not be started there is tried once more here, where it is known what failed.
  return aside ?? spawnHere(program, chdir);
}

/** A child starts where this process is; whoever starts on a thread meanwhile goes to its own folder, wherever that is. */
function spawnHere(program: Program, chdir: string): number {
  process.chdir(chdir);
  try {
    return spawnProgram(program);
  } finally {
    process.chdir(HOME);
  }
}
