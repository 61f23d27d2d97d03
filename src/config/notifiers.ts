/** Where is told what happens: a section of `notifiers` each. A target without its section is off: null. */
import { z } from 'zod';
import { hipChatSchema } from './hipchat.ts';
import { mailConfig, mailSchema, type ActionMailer } from './mail.ts';
import { webhookSchema } from './webhook.ts';

const section = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().transform((given) => given ?? null);

export const notifiersSchema = z
  .strictObject({
    slack: section(z.strictObject({ default_channel: z.string().min(1).optional() })),
    mail: section(mailSchema),
    webhook: section(webhookSchema),
    hipchat: section(hipChatSchema),
  })
  .prefault({});

/** All but Slack, which has settings of its own. */
export type NotifiersConfig = ReturnType<typeof notifiersConfig>;

export function notifiersConfig(
  { mail, ...others }: Omit<z.infer<typeof notifiersSchema>, 'slack'>,
  mailer: ActionMailer | undefined,
) {
  return { mail: mail === null ? null : mailConfig(mail, mailer), ...others };
}
