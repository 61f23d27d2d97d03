/** A file descriptor kept for looking at processes: when all others are in use, commands must still be stopped. */
import { closeSync, openSync } from 'node:fs';

let spare = openSpare();

/** @param look opens no more than one file at a time, and none that it does not close */
export function withSpareFile<Value>(look: () => Value): Value {
  if (spare !== null) closeSync(spare);
  try {
    return look();
  } finally {
    spare = openSpare();
  }
}

function openSpare(): number | null {
  try {
    return openSync('/dev/null', 'r');
  } catch {
    return null;
  }
}
