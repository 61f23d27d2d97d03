/** The targets besides Slack that are configured: the one place where a new one is named. */
import { createHipChat } from './hipchat.ts';
import { createMail } from './mail.ts';
import { createWebhook, type WebhookContext } from './webhook.ts';
import type { Config } from '../config.ts';
import type { Channel } from './channel.ts';

export function createChannels(
  { mail, webhook, hipchat }: Config['notifiers'],
  context: WebhookContext,
): readonly Channel[] {
  return [
    mail === null ? [] : createMail(mail, context),
    webhook === null ? [] : createWebhook(webhook, context),
    hipchat === null ? [] : createHipChat(hipchat, context),
  ].flat();
}
