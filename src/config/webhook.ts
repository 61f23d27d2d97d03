/** Webhooks in the configuration: `notifiers.webhook`. */
import { z } from 'zod';

export interface WebhookConfig {
  /** What bodies are signed with; null: they are not. */
  readonly secretToken: string | null;
  /** Also to addresses that are not of the internet at large. */
  readonly allowPrivateAddresses: boolean;
}

export const webhookSchema = z
  .strictObject({
    secret_token: z.string().min(1).optional(),
    allow_private_addresses: z.boolean().optional(),
  })
  .transform(({ secret_token, allow_private_addresses }): WebhookConfig => ({
    secretToken: secret_token ?? null,
    allowPrivateAddresses: allow_private_addresses ?? false,
  }));
