/** HipChat in the configuration: `notifiers.hipchat`, with the options that its Ruby client has. */
import { z } from 'zod';

export interface HipChatConfig {
  readonly apiToken: string;
  /** Without a slash at its end. */
  readonly serverUrl: string;
}

export const hipChatSchema = z
  .strictObject({
    api_token: z.string().regex(/^[\x21-\x7e]+$/, 'must be a token'),
    options: z.strictObject({
      server_url: z.url({ protocol: /^https?$/ }),
      api_version: z.literal('v2').optional(),
    }),
  })
  .transform(({ api_token, options }): HipChatConfig => ({
    apiToken: api_token,
    serverUrl: options.server_url.replace(/\/+$/, ''),
  }));
