/** Whether a request comes from Slack. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that Slack's clock and ours may differ, in either direction. */
const tolerance = 300;

/**
 * `v0=` HMAC-SHA256 of `v0:{timestamp}:{raw body}`, compared in constant time. Bolt's own check
 * refuses only what is old: a request signed for next year could be kept and used until then.
 * `now` is in seconds. https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function verifySignature(request: {
  readonly secret: string;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Buffer;
  readonly now: number;
}): 'ok' | 'unsigned' | 'untimely' | 'forged' {
  const { secret, timestamp, signature, body, now } = request;
  if (timestamp === undefined || signature === undefined) return 'unsigned';
  if (!/^\d{1,12}$/.test(timestamp)) return 'unsigned';
  if (Math.abs(now - Number(timestamp)) > tolerance) return 'untimely';
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  if (given.length !== expected.length) return 'forged';
  return timingSafeEqual(given, expected) ? 'ok' : 'forged';
}
