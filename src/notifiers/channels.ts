/** The targets besides Slack that are configured: the one place where a new one is named. */
import { createHipChat } from './hipchat.ts';
import { createMail } from './mail.ts';
import { createWebhook, type WebhookContext } from './webhook.ts';
import type { Config } from '../config.ts';
import type { Channel } from './channel.ts';

export function createChannels(
  settings: Config['notifiers'],
  context: WebhookContext,
): readonly Channel[] {
  return [
    settings.mail === null ? [] : createMail(settings.mail, context),
    settings.webhook === null ? [] : createWebhook(settings.webhook, context),
    settings.hipchat === null ? [] : createHipChat(settings.hipchat, context),
  ].flat();
}
