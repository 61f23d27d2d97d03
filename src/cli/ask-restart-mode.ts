/** Asks on the terminal what is to become of running commands while the program is started again. */
import { createInterface } from 'node:readline/promises';
import type { RestartMode } from '../store/restarts.ts';

const answers: Readonly<Record<string, RestartMode>> = {
  '': 'hand_over',
  h: 'hand_over',
  w: 'wait',
  s: 'stop',
};

/** Null when the answer is no restart at all. `readyText`: when waiting would end, as a sentence goes on. */
export async function askRestartMode(readyText: string): Promise<RestartMode | null> {
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = await ask.question(
        '[h]and them over to the next process (they go on), ' +
          `[w]ait for their end (it ${readyText}), [s]top them, or [n]o restart? [h] `,
      );
      const wanted = answer.trim().toLowerCase().slice(0, 1);
      if (wanted === 'n') return null;
      const mode = answers[wanted];
      if (mode !== undefined) return mode;
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    // Ctrl-C or Ctrl-D in place of an answer; the question has no end of its line.
    process.stderr.write('\n');
    return null;
  } finally {
    ask.close();
  }
}
