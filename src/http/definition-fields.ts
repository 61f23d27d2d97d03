/** The fields of a definition as Kuroko2's API names and writes them. */
import { z } from 'zod';
import { text, showAs } from './fields.ts';
import { UserError, invalid } from '../errors.ts';
import type { Definition, DefinitionFields, PreventMulti } from '../store/definitions.ts';
import type { Shown } from '../store/shown.ts';

const preventMulti: readonly PreventMulti[] = ['none', 'working_or_error', 'working', 'error'];

const preventMultiWords =
  '0: always launched; prevented while an instance is 1: working or in error, 2: working, 3: in error.';

/** What is told of a definition, in this order. */
export const definitionResource = z.object({
  id: z.int().min(1),
  name: z.string(),
  description: z.string().meta({ description: 'Markdown.' }),
  script: z.string().meta({ description: 'Secrets are masked.' }),
  tags: z.array(z.string()),
  cron: z.array(z.string()),
  notify_cancellation: z.boolean(),
  suspended: z.boolean().meta({ description: 'It is launched by hand only.' }),
  prevent_multi: z.int().min(0).max(3).meta({ description: preventMultiWords }),
  slack_channel: z.string(),
  user_id: z.array(z.int()).meta({ description: 'Its admins.' }),
});

export function definitionBody(
  definition: Shown<Definition>,
  crons: readonly string[],
  userIds: readonly number[],
): z.input<typeof definitionResource> {
  return {
    id: definition.id,
    name: definition.name,
    description: definition.description,
    script: definition.script,
    tags: [...definition.tags],
    cron: [...crons],
    notify_cancellation: definition.notifyCancellation,
    suspended: definition.suspended,
    prevent_multi: preventMulti.indexOf(definition.preventMulti),
    slack_channel: definition.slackChannel ?? '',
    user_id: [...userIds],
  };
}

/** Kuroko2's clients send forms as well as JSON: there a flag is 1 or 0. */
const flag = showAs(
  z
    .union([z.boolean(), z.int(), z.string()], { error: 'must be true or false' })
    .refine(
      (value) => /^(0|1|t|f|true|false|on|off)$/i.test(String(value)),
      'must be true or false',
    )
    .transform((value) => /^(1|t|true|on)$/i.test(String(value))),
  z.boolean(),
);

const choice = showAs(
  z
    .union([z.int(), z.string()], { error: 'must be 0, 1, 2 or 3' })
    .refine((value) => /^[0-3]$/.test(String(value)), 'must be 0, 1, 2 or 3')
    .transform((value) => preventMulti[Number(value)] ?? 'working_or_error'),
  z.int().min(0).max(3).meta({ description: preventMultiWords }),
);

/** Kuroko2's form sends an empty one first. */
const userId = showAs(
  z
    .union([z.int(), z.string()], { error: 'must be the id of a user' })
    .refine((value) => /^\d{0,15}$/.test(String(value)), 'must be the id of a user')
    .transform((value) => (value === '' ? null : Number(value))),
  z.int().min(1),
);

const optionalText = text
  .nullish()
  .transform((value) => (value === undefined ? undefined : value || null));
const lines = z.array(text).transform((values) => values.filter((value) => value.trim() !== ''));

/** What may be written of a definition; other keys are left alone, as Kuroko2 did. */
export const definitionPayload = z.object({
  name: text.optional().meta({ description: 'Needed by a new one; at most 180 characters.' }),
  description: text.nullish().meta({ description: 'Markdown; a new one has a template.' }),
  script: text.optional().meta({ description: 'Needed by a new one.' }),
  tags: lines.optional(),
  text_tags: text.optional().meta({ description: 'Instead of `tags`: split at `,` and `、`.' }),
  cron: lines.optional().meta({ description: 'All of them; left out, they stay.' }),
  notify_cancellation: flag.optional(),
  suspended: flag.optional(),
  prevent_multi: choice.optional(),
  slack_channel: optionalText,
  webhook_url: optionalText,
  hipchat_room: optionalText,
  hipchat_notify_finished: flag.optional().meta({ description: 'Tell of all events.' }),
  hipchat_additional_text: optionalText.meta({ description: 'Told with a failure.' }),
  api_allowed: flag.optional().meta({ description: 'It may be launched over this API.' }),
  user_id: z
    .array(userId)
    .transform((ids) => ids.filter((id) => id !== null))
    .optional()
    .meta({ description: 'Its admins; a new one needs one, here or in `admins`.' }),
  admins: lines
    .optional()
    .meta({ description: 'The same by e-mail address or Slack user id; who is new is made.' }),
});

export type DefinitionPayload = z.output<typeof definitionPayload>;

/** The fields that a payload names. */
export function namedFields(payload: DefinitionPayload): Partial<DefinitionFields> {
  const tags = payload.tags ?? splitTags(payload.text_tags);
  const fields: {
    readonly [Field in keyof DefinitionFields]?: DefinitionFields[Field] | undefined;
  } = {
    name: payload.name,
    description: payload.description ?? undefined,
    script: payload.script,
    tags: tags === undefined ? undefined : [...new Set(tags)],
    notifyCancellation: payload.notify_cancellation,
    suspended: payload.suspended,
    preventMulti: payload.prevent_multi,
    slackChannel: payload.slack_channel,
    webhookUrl: payload.webhook_url,
    hipchatRoom: payload.hipchat_room,
    notifyAllEvents: payload.hipchat_notify_finished,
    failureText: payload.hipchat_additional_text,
    apiAllowed: payload.api_allowed,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Blanks are taken out, also between words: so does Kuroko2. */
const splitTags = (given: string | undefined): string[] | undefined =>
  given
    ?.replaceAll(/[\p{Zs}\t]+/gu, '')
    .split(/[,、]/)
    .filter((tag) => tag !== '');

/** The problems of a definition by the names that the API has; of a field that could not be read only that. */
export function inApiWords(error: unknown, unread: readonly string[]): never {
  if (!(error instanceof UserError) || error.code !== 'invalid') throw error;
  const taken = new Set(unread.map(fieldOf));
  const others = error.details
    .filter((detail) => !unread.includes(detail))
    .map((detail) => detail.replace(/^\w+/, (field) => apiNames[field] ?? field))
    .filter((detail) => !taken.has(fieldOf(detail)));
  throw invalid(error.message, [...unread, ...others]);
}

const fieldOf = (problem: string): string => /^\w+/.exec(problem)?.[0] ?? '';

const apiNames: Readonly<Record<string, string>> = {
  failure_text: 'hipchat_additional_text',
  admins: 'user_id',
  schedules: 'cron',
};
