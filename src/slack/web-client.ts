/** How the shell speaks to Slack's Web API: at once or not at all. */
import { webApi, type Logger } from '@slack/bolt';

export type WebClient = webApi.WebClient;

/** Milliseconds that a person waits for. The SDK's own client has no limit at all. */
const patience = 5_000;

/**
 * Options of a client that answers people. The SDK's default retries ten times over half an hour
 * and pauses every call while Slack limits one: right for an outbox, wrong for a modal.
 * The time limit covers `response_url` too, which Bolt posts to with the same `fetch`.
 */
export function promptClientOptions(
  apiUrl: string | null,
  logger: Logger,
): webApi.WebClientOptions {
  return {
    ...(apiUrl !== null && { slackApiUrl: apiUrl.replace(/\/*$/, '/') }),
    logger,
    timeout: patience,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: (url, init) =>
      fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(patience) }),
  };
}

/** Slack's word for why a call was refused (`invalid_auth`); null when Slack did not answer. */
export function slackRefusal(error: unknown): string | null {
  return error instanceof webApi.WebAPIPlatformError ? error.data.error : null;
}

/** Refusals of a token that no further try can change. */
export const tokenRefusals: ReadonlySet<string> = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
  'missing_scope',
]);
