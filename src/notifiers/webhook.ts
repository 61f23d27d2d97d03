/** Webhooks: a JSON body POSTed to the address of a definition, as Kuroko2 does it. */
import { createHmac } from 'node:crypto';
import { shownUrl } from '../config/shown-url.ts';
import { noticeText, type NoticeText } from '../messages/notice-text.ts';
import { render } from '../templates.ts';
import { fiveTimes } from './pauses.ts';
import { postJson, type Resolve } from './post-json.ts';
import { levels, tellsChat } from './told-of.ts';
import type { WebhookConfig } from '../config/webhook.ts';
import type { Channel, RunHappening } from './channel.ts';

/** What a body is written with. */
export interface WebhookContext {
  /** Of links, without a slash at the end. */
  readonly baseUrl: string;
  /** A moment in the configured time zone, with seconds and offset. */
  readonly timeText: (at: Date) => string;
  readonly resolve?: Resolve;
}

export function createWebhook(settings: WebhookConfig, context: WebhookContext): Channel {
  const { secretToken, allowPrivateAddresses: allowPrivate } = settings;
  return {
    name: 'webhook',
    pauses: fiveTimes,
    switchesOff: true,
    shownEndpoint: shownUrl,
    endpointsOf,
    parcelsOf(happening) {
      if (happening.instance === null || !tellsChat(happening, happening.definition)) return [];
      const text = noticeText(happening, happening.definition);
      const body = JSON.stringify(bodyOf(happening, text, context));
      return endpointsOf(happening).map((endpoint) => ({
        endpoint,
        request: { subject: text.subject, body, headers: {} },
      }));
    },
    test() {
      const subject = render('texts/notice#test');
      const message = render('texts/notice#test-message');
      const about = { job_instance: null, job_definition: null };
      const body = JSON.stringify({ action: 'test', level: 'INFO', subject, message, ...about });
      return { subject, body, headers: {} };
    },
    send: ({ endpoint, key, request: { body } }, signal) =>
      postJson(
        endpoint,
        {
          body,
          allowPrivate,
          headers: {
            'Content-Type': 'application/json',
            'User-Agent': 'Kuroko2-Webhook',
            'X-Kuroko2-Id': key,
            ...(secretToken !== null && { 'X-Kuroko2-Signature': signature(body, secretToken) }),
          },
          ...(context.resolve !== undefined && { resolve: context.resolve }),
        },
        signal,
      ),
  };
}

const endpointsOf: Channel['endpointsOf'] = ({ definition: { webhookUrl } }) =>
  webhookUrl === null ? [] : [webhookUrl];

/** The order of the keys is Kuroko2's. */
function bodyOf(
  { event, instance, definition }: RunHappening,
  { subject, message }: NoticeText,
  { baseUrl, timeText }: WebhookContext,
) {
  const page = `${baseUrl}/definitions/${definition.id}`;
  const time = (at: Date | null) => (at === null ? null : timeText(at));
  return {
    action: `notify_${event}`,
    level: levels[event],
    subject,
    message: message === null ? null : bounded(message),
    job_instance: {
      url: `${page}/instances/${instance.id}`,
      id: instance.id,
      script: bounded(instance.script),
      finished_at: time(instance.finishedAt),
      canceled_at: time(instance.canceledAt),
      error_at: time(instance.errorAt),
      created_at: time(instance.createdAt),
    },
    job_definition: {
      url: page,
      id: definition.id,
      name: definition.name,
      description: bounded(definition.description),
    },
  };
}

/** In characters: far more than people write, and few enough for whoever receives it. */
const longestText = 65_536;

function bounded(text: string): string {
  if (text.length <= longestText) return text;
  return `${Array.from(text.slice(0, longestText)).slice(0, -1).join('')}…`;
}

const signature = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
