/**
 * What the guardian asks of the C library itself, because Node does not offer it or takes long: a spawn that does not copy this
 * process first, real pipes, locks on files. Every call returns at once, except `spawnProgram`, which returns when the new program
 * runs.
 */
import { constants } from 'node:os';
import { getSystemErrorName, promisify } from 'node:util';
import koffi from 'koffi';

export type Pipe = { readonly readEnd: number; readonly writeEnd: number };

/** Of a process that has ended: one of the two is null. */
export type Exit = { readonly code: number | null; readonly signal: string | null };

export type Program = {
  readonly file: string;
  /** With the name of the program first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files for its standard input, output and error; it gets no other. */
  readonly stdio: readonly [number, number, number];
};

const libc = koffi.load(null);
const pipe2 = libc.func('int pipe2(_Out_ int *ends, int flags)');
const fcntl = libc.func('int fcntl(int file, int command, ...)');
const flock = libc.func('int flock(int file, int operation)');
const waitpid = libc.func('int waitpid(int pid, _Out_ int *status, int options)');
const waitid = libc.func('int waitid(int kind, int id, void *told, int options)');
const kill = libc.func('int kill(int pid, int signal)');
const spawn = libc.func(
  'int posix_spawn(_Out_ int *pid, const char *file, void *actions, void *attributes, const char **args, const char **env)',
);
const spawnOnThread = promisify(spawn.async);
const initActions = libc.func('int posix_spawn_file_actions_init(void *actions)');
const addDup2 = libc.func('int posix_spawn_file_actions_adddup2(void *actions, int from, int to)');
const destroyActions = libc.func('int posix_spawn_file_actions_destroy(void *actions)');
/** What the library itself has no name for. */
export const systemCall = libc.func('long syscall(long number, ...)');
/** Null where the library is older than 2019. */
const addChdir = functionOrNull(
  'int posix_spawn_file_actions_addchdir_np(void *actions, const char *folder)',
);

const CLOSE_ON_EXEC = 0o2000000;
const SET_STATUS_FLAGS = 4;
const NON_BLOCKING = 0o4000;
/** As glibc and musl have them on all that Kuroko runs on; their structures are smaller than what they are given here. */
const SET_DEFAULT_SIGNALS = 0x04;
const SET_SIGNAL_MASK = 0x08;
const SET_SESSION = 0x80;
const STRUCTURE_BYTES = 1024;
const NO_HANG = 1;
const OF_PID = 1;
const EXITED = 4;
const LEAVE_WAITING = 0x01000000;
const LOCK_EXCLUSIVELY_OR_FAIL = 2 | 4;

const untold = Buffer.alloc(STRUCTURE_BYTES);
const attributes = sessionAttributes();

/** A pipe that a script can open again as /dev/stderr, other than Node's own, which are sockets. No child inherits it. */
export function openPipe(): Pipe {
  const ends = [-1, -1];
  if (pipe2(ends, CLOSE_ON_EXEC) !== 0) throw systemError('pipe2', koffi.errno());
  const [readEnd = -1, writeEnd = -1] = ends;
  return { readEnd, writeEnd };
}

/** Of a pipe's end: a read from it that finds nothing fails with EAGAIN instead of waiting. */
export function doNotBlock(file: number): void {
  if (fcntl(file, SET_STATUS_FLAGS, 'int', NON_BLOCKING) !== 0)
    throw systemError('fcntl', koffi.errno());
}

/**
 * Starts a program in a session of its own, in the folder where this process is, with no signal blocked or ignored. Returns its
 * pid; the child is the caller's to wait for. Unlike fork it copies nothing, so that it costs the same from a large process.
 *
 * @throws an error with a `code` as Node's own have one, `E2BIG`, when it could not be started
 */
export function spawnProgram(program: Program): number {
  const actions = fileActions();
  try {
    giveFiles(actions, program.stdio);
    const pid = [0];
    check('posix_spawn', spawn(pid, program.file, actions, attributes, ...textsOf(program)));
    return pid[0] ?? 0;
  } finally {
    destroyActions(actions);
  }
}

/**
 * The same on a thread, in the folder that is given, so that this process need not wait until the new program has got as far as to
 * run: on a busy machine that takes longer than all else of a start. The way there and back costs more than it saves where nothing
 * else is to be done meanwhile. Resolves with null where nothing was started, for whatever reason.
 */
export async function spawnAside(program: Program, folder: string): Promise<number | null> {
  if (addChdir === null) return null;
  const actions = fileActions();
  try {
    giveFiles(actions, program.stdio);
    check('posix_spawn_file_actions_addchdir_np', addChdir(actions, folder));
    const pid = [0];
    const texts = textsOf(program);
    const errno = await spawnOnThread(pid, program.file, actions, attributes, ...texts);
    return errno === 0 ? (pid[0] ?? 0) : null;
  } catch {
    // It could not even be asked for: there are too many such calls under way, say.
    return null;
  } finally {
    destroyActions(actions);
  }
}

/** To be destroyed. */
function fileActions(): Buffer {
  const actions = Buffer.alloc(STRUCTURE_BYTES);
  check('posix_spawn_file_actions_init', initActions(actions));
  return actions;
}

/** Standard input last: where this process has lost its own, one of the others may have its number. */
function giveFiles(actions: Buffer, [input, output, errors]: Program['stdio']): void {
  check('posix_spawn_file_actions_adddup2', addDup2(actions, output, 1));
  check('posix_spawn_file_actions_adddup2', addDup2(actions, errors, 2));
  check('posix_spawn_file_actions_adddup2', addDup2(actions, input, 0));
}

function textsOf({ args, env }: Program): readonly [(string | null)[], (string | null)[]] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [strings(args), strings(variables)];
}

/** How a child has ended, which it tells once; null while it runs. */
export function exitOf(pid: number): Exit | null {
  const status = [0];
  const found: number = waitpid(pid, status, NO_HANG);
  if (found === 0) return null;
  // Somebody else has waited for it: all that is left to know.
  if (found < 0) return { code: null, signal: null };
  const [word = 0] = status;
  const signal = word & 0x7f;
  return signal === 0
    ? { code: (word >> 8) & 0xff, signal: null }
    : { code: null, signal: signalName(signal) };
}

/** Whether this process started it and has not waited for it; to read the same from /proc takes twenty times as long. */
export function isChild(pid: number): boolean {
  return waitid(OF_PID, pid, untold, NO_HANG | EXITED | LEAVE_WAITING) === 0;
}

/** Zombies count. Node answers the ordinary case, that there is none, with an error, which takes six times as long. */
export function groupExists(id: number): boolean {
  return kill(-id, 0) === 0 || koffi.errno() === constants.errno.EPERM;
}

/** Whether the open file is locked by this process from now on, until it ends in whatever way. */
export function tryLock(file: number): boolean {
  if (flock(file, LOCK_EXCLUSIVELY_OR_FAIL) === 0) return true;
  const errno = koffi.errno();
  if (errno === constants.errno.EWOULDBLOCK) return false;
  throw systemError('flock', errno);
}

function sessionAttributes(): Buffer {
  const made = Buffer.alloc(STRUCTURE_BYTES);
  const signals = Buffer.alloc(STRUCTURE_BYTES);
  const set = (name: string, type: string, value: unknown) =>
    check(name, libc.func(`int ${name}(void *attributes, ${type})`)(made, value));
  check('sigfillset', libc.func('int sigfillset(void *set)')(signals));
  check('posix_spawnattr_init', libc.func('int posix_spawnattr_init(void *attributes)')(made));
  // Node ignores SIGPIPE, and ignored signals are inherited.
  set('posix_spawnattr_setsigdefault', 'void *set', signals);
  check('sigemptyset', libc.func('int sigemptyset(void *set)')(signals));
  set('posix_spawnattr_setsigmask', 'void *set', signals);
  set(
    'posix_spawnattr_setflags',
    'short flags',
    SET_DEFAULT_SIGNALS | SET_SIGNAL_MASK | SET_SESSION,
  );
  return made;
}

/** As the library takes them: where one holds a NUL, it would read on no further. */
function strings(values: readonly string[]): (string | null)[] {
  if (values.some((value) => value.includes('\0')))
    throw new Error('its text or its environment holds a NUL');
  return [...values, null];
}

function functionOrNull(declaration: string): ReturnType<typeof libc.func> | null {
  try {
    return libc.func(declaration);
  } catch {
    return null;
  }
}

/** As Node's own: with `code` and `syscall`. */
function systemError(syscall: string, errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${syscall}: ${code}`), { code, syscall });
}

function check(call: string, errno: number): void {
  if (errno !== 0) throw systemError(call, errno);
}

function signalName(number: number): string {
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] ?? `SIG${number}`;
}
