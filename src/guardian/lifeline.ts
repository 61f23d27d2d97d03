/** The tie to main: when it breaks unannounced, the guardian has to end. */
import type { Readable } from 'node:stream';
import type { Connection } from './connection.ts';

export type Lifeline = {
  readonly state: () => 'running' | 'announced' | 'orphaned';
  /** A restart is coming: once the tie breaks, wait so long for the next main. */
  readonly announce: (seconds: number) => void;
  /** The next main is there: its connection is the tie from now on. Throws when none is wanted. */
  readonly attach: (connection: Connection) => void;
};

/** @param onBroken called when there is no main any more and none is expected */
export function createLifeline(stdin: Readable, onBroken: () => void): Lifeline {
  let held = true;
  let over = false;
  let announcedMs: number | null = null;
  let orphanTimer: NodeJS.Timeout | undefined;

  function broke(): void {
    if (!held) return;
    held = false;
    if (announcedMs === null) return end();
    orphanTimer = setTimeout(end, announcedMs);
  }

  function end(): void {
    over = true;
    onBroken();
  }

  stdin.once('end', broke).once('close', broke).once('error', broke).resume();

  function state(): 'running' | 'announced' | 'orphaned' {
    if (!held) return 'orphaned';
    return announcedMs === null ? 'running' : 'announced';
  }

  return {
    state,
    announce(seconds) {
      announcedMs = seconds * 1000;
    },
    attach(connection) {
      if (held) throw new Error('This guardian has a main already.');
      if (over) throw new Error('This guardian is ending.');
      clearTimeout(orphanTimer);
      held = true;
      announcedMs = null;
      connection.onClose(broke);
    },
  };
}
