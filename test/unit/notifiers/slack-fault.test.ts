import { expect, it } from 'vitest';
import { faultOf } from '../../../src/notifiers/slack-fault.ts';

const platform = (error: string) => ({
  code: 'slack_webapi_platform_error',
  data: { error },
  message: error,
});

it.each([
  'message_not_found',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'invalid_blocks',
  'never_heard_of',
])('takes %s for Slack’s last word', (error) => {
  expect(faultOf(platform(error))).toEqual({ type: 'final', reason: error });
});

it.each(['token_revoked', 'account_inactive', 'invalid_auth', 'token_expired', 'missing_scope'])(
  'takes %s for a word about the token, and not about the message',
  (error) => {
    expect(faultOf(platform(error))).toEqual({ type: 'closed', reason: error });
  },
);

it.each(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])(
  'takes %s for trouble that passes',
  (error) => {
    expect(faultOf(platform(error))).toEqual({ type: 'passing', reason: error });
  },
);

it('keeps still for as long as it is told to', () => {
  const limited = { code: 'slack_webapi_rate_limited_error', retryAfter: 7, message: 'x' };
  expect(faultOf(limited)).toEqual({ type: 'limited', seconds: 7 });
  expect(faultOf({ ...limited, retryAfter: 0 })).toEqual({ type: 'limited', seconds: 1 });
  expect(faultOf(platform('ratelimited')).type).toBe('limited');
});

it('takes whatever else happens on the way for trouble that passes', () => {
  const http = { code: 'slack_webapi_http_error', statusCode: 502, message: '502' };
  expect(faultOf(http)).toEqual({ type: 'passing', reason: '502' });
  expect(faultOf(new Error('socket hang up'))).toEqual({
    type: 'passing',
    reason: 'socket hang up',
  });
  expect(faultOf(undefined)).toEqual({ type: 'passing', reason: 'undefined' });
});
