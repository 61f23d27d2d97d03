/** A payload as Slack posts it: signed. */
import { createHmac } from 'node:crypto';
import { expect } from 'vitest';

/** Resolves to the body of the answer, which is a 200. */
export async function signedRequest(
  url: string,
  signingSecret: string,
  form: Record<string, string>,
): Promise<string> {
  const body = new URLSearchParams(form).toString();
  const at = Math.floor(Date.now() / 1_000);
  const hmac = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex');
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${hmac}`,
    },
    body,
  });
  expect(response.status).toBe(200);
  return response.text();
}
