/** What a command waits for until its test has seen enough. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

export interface Gate {
  /** Shell: goes on once the gate is open. */
  readonly wait: string;
  /** Shell: does something over and over until then. */
  readonly repeat: (command: string) => string;
  readonly open: () => void;
}

export function createGate(): Gate {
  const file = path.join(temporaryFolder(), 'gate');
  const repeat = (command: string) => `while [ ! -e ${file} ]; do ${command}; done`;
  return { wait: repeat('sleep 0.02'), repeat, open: () => writeFileSync(file, '') };
}
