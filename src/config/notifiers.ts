/** Where is told besides Slack: a section of `notifiers` each. A target without its section is off. */
import type { z } from 'zod';
import { hipChatSchema } from './hipchat.ts';
import { mailConfig, mailSchema, type ActionMailer } from './mail.ts';
import { webhookSchema } from './webhook.ts';

export const notifierSections = {
  mail: mailSchema.optional(),
  webhook: webhookSchema.optional(),
  hipchat: hipChatSchema.optional(),
};

type Sections = z.infer<z.ZodObject<typeof notifierSections>>;

export type NotifiersConfig = ReturnType<typeof notifiersConfig>;

export function notifiersConfig({ mail, ...others }: Sections, mailer: ActionMailer | undefined) {
  return {
    mail: mail === undefined ? null : mailConfig(mail, mailer),
    webhook: others.webhook ?? null,
    hipchat: others.hipchat ?? null,
  };
}
