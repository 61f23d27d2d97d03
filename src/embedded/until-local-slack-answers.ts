/** Waits until a started local Slack answers, and answers for the workspace it was started with. */

import { untilAnswered } from './until-answered.ts';

/** `signal` aborts when the server has ended. Throws with the end of its log after 15 seconds, or at once on an abort. */
export function untilLocalSlackAnswers(options: {
  readonly controlUrl: string;
  readonly teamId: string;
  readonly logFile: string;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  return untilAnswered({
    name: 'local Slack',
    attempt: () => attempt(options.controlUrl, options.teamId),
    logFile: options.logFile,
    signal: options.signal,
    patienceMs: 15_000,
  });
}

/** The reason why not, or undefined. */
async function attempt(controlUrl: string, teamId: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${controlUrl}/state`, { signal: AbortSignal.timeout(2_000) });
    const state = (await answer.json()) as { workspace?: { teamId?: string } };
    return state.workspace?.teamId === teamId ? undefined : 'another server has taken its port';
  } catch (error) {
    return (error as Error).message;
  }
}
