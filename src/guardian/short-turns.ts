/** A thread that is run soon after it has something to do, also while all processors are busy. */
import { systemCall } from './libc.ts';

/** Of sched_getattr and sched_setattr, for which the C library has no names before 2025. */
const numbers: Partial<
  Record<NodeJS.Architecture, { readonly get: number; readonly set: number }>
> = {
  x64: { get: 315, set: 314 },
  arm64: { get: 275, set: 274 },
};
/** struct sched_attr as it was at first, and where its fields are. */
const BYTES = 48;
const POLICY = 4;
const FLAGS = 8;
const NICE = 16;
const TURN = 24;
const ORDINARY = 0;
/** What it starts takes ordinary turns. */
const RESET_ON_FORK = 1n;
/** As short as Linux has them. */
const TURN_NANOSECONDS = 100_000n;

/**
 * Has an ordinary thread of this user run in short turns: they come sooner, and it gets no more of the processors than before.
 * False, and nothing is changed, where the system knows nothing of it, as Linux before 6.12, or where it goes before others
 * already, which what it starts has to inherit.
 */
export function takeShortTurns(thread: number): boolean {
  const known = numbers[process.arch];
  if (known === undefined) return false;
  const attributes = Buffer.alloc(BYTES);
  const get = () =>
    systemCall(known.get, 'int', thread, 'void *', attributes, 'uint', BYTES, 'uint', 0) === 0;
  const set = () => systemCall(known.set, 'int', thread, 'void *', attributes, 'uint', 0) === 0;
  if (!get() || attributes.readUInt32LE(POLICY) !== ORDINARY) return false;
  if (attributes.readInt32LE(NICE) < 0 || attributes.readBigUInt64LE(TURN) === 0n) return false;
  attributes.writeBigUInt64LE(attributes.readBigUInt64LE(FLAGS) | RESET_ON_FORK, FLAGS);
  attributes.writeBigUInt64LE(TURN_NANOSECONDS, TURN);
  return set();
}
