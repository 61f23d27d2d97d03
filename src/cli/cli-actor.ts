/** Whoever sits at the shell. */
import os from 'node:os';
import type { Actor } from '../operations/actor.ts';

export function cliActor(): Actor {
  const name = userName();
  return { kind: 'cli', id: name, name, place: os.hostname() };
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // Containers often run under an id that has no name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
