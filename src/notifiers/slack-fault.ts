/** What can go wrong between us and Slack, in the four kinds that matter to a delivery. */

export type SlackFault =
  /** Too fast: nothing is sent for so long. */
  | { readonly type: 'limited'; readonly seconds: number }
  /** Slack is down, or the way to it: the same again may succeed. */
  | { readonly type: 'passing'; readonly reason: string }
  /** Slack takes nothing at all with this token: it is for people to renew it. */
  | { readonly type: 'closed'; readonly reason: string }
  /** Slack has decided: the same again fails again. `reason` is its word for it. */
  | { readonly type: 'final'; readonly reason: string };

export class SlackFaultError extends Error {
  override readonly name = 'SlackFaultError';
  readonly fault: SlackFault;

  constructor(fault: SlackFault, options?: ErrorOptions) {
    super(fault.type === 'limited' ? `wait ${fault.seconds} s` : fault.reason, options);
    this.fault = fault;
  }
}

/** Slack cannot or will not show the message any more, or never would: this message only. */
const ofTheMessage = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
  'cannot_reply_to_message',
  'restricted_action_thread_locked',
  'is_inactive',
]);
/** Kuroko cannot speak there: it helps to invite it. */
const ofTheChannel = new Set(['not_in_channel', 'channel_not_found']);

export const isOfTheMessage = (reason: string): boolean => ofTheMessage.has(reason);
export const isOfTheChannel = (reason: string): boolean => ofTheChannel.has(reason);
export const isArchived = (reason: string): boolean => reason === 'is_archived';

/** The app was removed, its token revoked, or its workspace closed to it. */
const closed = new Set([
  'access_denied',
  'account_inactive',
  'enterprise_is_restricted',
  'invalid_auth',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_authed',
  'org_login_required',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
]);

/** It has seen the message before, and has it no more. */
export const isOfARepeat = (reason: string): boolean =>
  reason === 'duplicate_message_not_found' || reason === 'duplicate_channel_not_found';

/** Slack's own troubles, told with a 200. Whatever else it answers is its last word. */
const passing = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** Codes of `@slack/web-api` 8: read by name, so that a test needs none of its classes. */
export function faultOf(error: unknown): SlackFault {
  const { code, data, retryAfter, message } = (error ?? {}) as {
    code?: unknown;
    data?: { error?: unknown };
    retryAfter?: unknown;
    message?: unknown;
  };
  if (code === 'slack_webapi_rate_limited_error' && typeof retryAfter === 'number') {
    return { type: 'limited', seconds: Math.max(1, retryAfter) };
  }
  const text = typeof message === 'string' ? message : String(error);
  const said = data?.error;
  if (code !== 'slack_webapi_platform_error' || typeof said !== 'string') {
    return { type: 'passing', reason: text };
  }
  if (said === 'ratelimited' || said === 'rate_limited') return { type: 'limited', seconds: 30 };
  if (passing.has(said)) return { type: 'passing', reason: said };
  return { type: closed.has(said) ? 'closed' : 'final', reason: said };
}
