/** Learns from Slack who we are in the workspace: the first thing that is asked. */
import { invalid } from '../errors.ts';
import { waitBeforeTry } from './backoff.ts';
import { slackRefusal, tokenRefusals, type WebClient } from './web-client.ts';
import type { Log } from '../log.ts';

export interface OwnIdentity {
  readonly teamId: string;
  readonly botId: string;
  readonly botUserId: string;
}

/**
 * Asks until Slack answers or `signal` ends it (null). Throws Invalid when Slack refuses the
 * token: no further try would change that.
 */
export async function introduce(
  client: WebClient,
  log: Log,
  signal: AbortSignal,
): Promise<OwnIdentity | null> {
  let failures = 0;
  while (await waitBeforeTry(failures, signal)) {
    try {
      const { team_id: teamId, bot_id: botId, user_id: botUserId } = await client.auth.test();
      if (teamId === undefined || botId === undefined || botUserId === undefined) {
        throw invalid('SLACK_BOT_TOKEN is not the token of a bot: it begins with xoxb-.');
      }
      return { teamId, botId, botUserId };
    } catch (error) {
      const refusal = slackRefusal(error);
      if (refusal !== null && tokenRefusals.has(refusal)) {
        throw invalid(`Slack refuses SLACK_BOT_TOKEN (${refusal}). Install the app anew.`);
      }
      if (error instanceof Error && error.name === 'UserError') throw error;
      failures += 1;
      log.warn({ err: error, failures }, 'Slack does not answer');
    }
  }
  return null;
}
