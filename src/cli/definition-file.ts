/** Definitions as YAML documents: read strictly, everything wrong at once, with file and line. */
import { LineCounter, isMap, isNode, isScalar, parseAllDocuments, type Document } from 'yaml';
import { z } from 'zod';
import { beginOf, isEmpty } from './yaml-document.ts';
import { longestKillGrace } from '../operations/definition-problems.ts';
import { splitTags } from '../operations/split-tags.ts';
import { schedulesSchema, suspendSchedulesSchema } from './schedule-schema.ts';
import type { DefinitionDocument } from '../operations/apply-definitions.ts';
import type { DefinitionFields } from '../store/definitions.ts';

export type DefinitionFile =
  | { readonly ok: true; readonly documents: readonly DefinitionDocument[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Ids go on from the highest that was given: one near what a number can hold would leave no more. */
const largestId = 1_000_000_000;
const idRange = `must be a whole number from 1 to ${largestId}.`;

/** `file` is only named in what is said; problems read `jobs.yml:3 tags: must be a list of texts.` */
export function readDefinitionFile(file: string, text: string): DefinitionFile {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents: DefinitionDocument[] = [];
  const problems: string[] = [];
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const error of [...document.errors, ...document.warnings]) {
      problems.push(`${at(error.pos[0])} ${error.message}`);
    }
    if (document.errors.length > 0 || isEmpty(document)) continue;
    const place = at(beginOf(document));
    const result = schema.safeParse(plainValue(document, problems, place));
    if (result.success) documents.push(documentOf(result.data, place));
    else problems.push(...described(result.error, document, at));
  }
  if (problems.length > 0) return { ok: false, problems };
  if (documents.length === 0) return { ok: false, problems: [`${file} holds no definition.`] };
  return { ok: true, documents };
}

const text = z.string('must be a text.');
const yesOrNo = z.boolean('must be true or false.');
/** An empty one is none. */
const textOrNone = z
  .string('must be a text, or empty.')
  .nullable()
  .transform((value) => (value === null || value.trim() === '' ? null : value));
const graceMessage = `must be a number of seconds from 0 to ${longestKillGrace}, or empty.`;
/** Empty: as configured. */
const graceOrNone = z
  .int(graceMessage)
  .min(0, graceMessage)
  .max(longestKillGrace, graceMessage)
  .nullable();
const list = (message: string) => z.array(text, message);

const schema = z.strictObject(
  {
    id: z.int(idRange).min(1, idRange).max(largestId, idRange).optional(),
    name: text.optional(),
    description: text.optional(),
    script: text.optional(),
    admins: z
      .array(
        z
          .string('must be an e-mail address or a Slack user id.')
          .regex(
            /^([^\s@]+@[^\s@]+|[UW][A-Z0-9]{2,})$/,
            'must be an e-mail address or a Slack user id.',
          ),
        'must be a list of e-mail addresses or Slack user ids.',
      )
      .min(1, 'a definition needs at least one admin.')
      .optional(),
    tags: list('must be a list of texts.').optional(),
    slack_channel: textOrNone.optional(),
    webhook_url: textOrNone.optional(),
    hipchat_room: textOrNone.optional(),
    prevent_multi: z
      .enum(
        ['none', 'working_or_error', 'working', 'error'],
        'must be none, working_or_error, working or error.',
      )
      .optional(),
    notify_all_events: yesOrNo.optional(),
    notify_cancellation: yesOrNo.optional(),
    failure_text: textOrNone.optional(),
    api_allowed: yesOrNo.optional(),
    retry_lost: yesOrNo.optional(),
    kill_grace: graceOrNone.optional(),
    suspended: yesOrNo.optional(),
    schedules: schedulesSchema.optional(),
    suspend_schedules: suspendSchedulesSchema.optional(),
  },
  'must be a definition: keys such as name, script and admins.',
);

/** Keys of the document as the command line's plan names them. */
export const fieldKeys = {
  name: 'name',
  description: 'description',
  script: 'script',
  tags: 'tags',
  slackChannel: 'slack_channel',
  webhookUrl: 'webhook_url',
  hipchatRoom: 'hipchat_room',
  preventMulti: 'prevent_multi',
  notifyAllEvents: 'notify_all_events',
  notifyCancellation: 'notify_cancellation',
  failureText: 'failure_text',
  apiAllowed: 'api_allowed',
  retryLost: 'retry_lost',
  killGrace: 'kill_grace',
  suspended: 'suspended',
} as const satisfies Record<keyof DefinitionFields, keyof z.infer<typeof schema>>;

function documentOf(given: z.infer<typeof schema>, place: string): DefinitionDocument {
  const entries = Object.entries(fieldKeys).flatMap(([field, key]) => {
    const value = key === 'tags' && given.tags ? splitTags(given.tags) : given[key];
    return value === undefined ? [] : [[field, value] as const];
  });
  const fields = Object.fromEntries(entries) as Partial<DefinitionFields>;
  return {
    place,
    id: given.id ?? null,
    fields,
    admins: given.admins ?? null,
    schedules: given.schedules ?? null,
    suspendSchedules: given.suspend_schedules ?? null,
  };
}

/** Aliases are resolved here; a document that grows without end through them is refused. */
function plainValue(document: Document.Parsed, problems: string[], place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    problems.push(`${place} ${(error as Error).message}`);
    return {};
  }
}

function described(
  error: z.ZodError,
  document: Document.Parsed,
  at: (offset: number) => string,
): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(
        (key) => `${at(keyOffset(document, key))} ${key}: is no key of a definition.`,
      );
    }
    const { path, offset } = placeOf(document, issue.path as (string | number)[]);
    return [`${at(offset)} ${path === '' ? '' : `${path}: `}${issue.message}`];
  });
}

/** As deep as the document goes: a text may stand for an object that it is short for. */
function placeOf(
  document: Document.Parsed,
  path: readonly (string | number)[],
): { readonly path: string; readonly offset: number } {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const found = path.slice(0, depth);
    const node = document.getIn(found, true);
    if (isNode(node) && node.range) return { path: found.join('.'), offset: node.range[0] };
  }
  return { path: path.join('.'), offset: keyOffset(document, String(path[0])) };
}

function keyOffset(document: Document.Parsed, key: string): number {
  const { contents } = document;
  const pair = isMap(contents)
    ? contents.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : beginOf(document);
}
