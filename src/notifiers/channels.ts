/** The targets besides Slack that are configured: the one place where a new one is named. */
import { createWebhook, type WebhookContext } from './webhook.ts';
import type { Config } from '../config.ts';
import type { Channel } from './channel.ts';

export function createChannels(
  { webhook }: Config['notifiers'],
  context: WebhookContext,
): readonly Channel[] {
  return [webhook === null ? [] : createWebhook(webhook, context)].flat();
}
