/** Environment and `kuroko2.yml` become one frozen Config; everything wrong is reported at once. */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { actionMailerSchema } from './config/mail.ts';
import { notifiersConfig, notifiersSchema, type NotifiersConfig } from './config/notifiers.ts';
import { settingProblem } from './config/setting-problem.ts';
import { invalid } from './errors.ts';
import { levels } from './log.ts';

export interface Config {
  /** Base of links, without a slash at its end. */
  readonly url: string;
  readonly timeZone: string;
  readonly port: number;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly numWorkers: number;
  readonly queue: string;
  readonly hostname: string;
  readonly apiClients: readonly ApiClient[];
  /** How many requests each client of the API may make. */
  readonly apiRate: ApiRate;
  /** The statistics of the API need no key. */
  readonly publicStats: boolean;
  readonly slack: SlackConfig;
  /** What is told besides Slack; null is off. */
  readonly notifiers: NotifiersConfig;
  readonly customTasks: Readonly<Record<string, CustomTask>>;
  readonly railsEnvCeiling: 'development' | 'test' | 'staging' | 'production';
  /** Folder whose templates replace ours. */
  readonly templates: string | null;
  /** Bytes of output kept of one execution. */
  readonly outputCap: number;
  /** Seconds between TERM and KILL. */
  readonly killGrace: number;
  /** Seconds that running commands may go on while the program ends. */
  readonly shutdownGrace: number;
  /** Days that instances, and what they executed, are kept after their end. */
  readonly retention: { readonly instances: number; readonly executions: number };
  /** What is done about launches that schedules have missed, where they say nothing else. */
  readonly catchUp: CatchUp;
  /** Names of environment variables whose values are masked; `*` is any text. */
  readonly secrets: readonly string[];
  /** Where the output of commands goes besides the database. */
  readonly executionLogger: ExecutionLogger;
}

export type ExecutionLogger =
  | { readonly type: 'Void' }
  | {
      readonly type: 'CloudWatchLogs';
      readonly groupName: string;
      /** Null: `AWS_REGION`, else where Kuroko2 sends to. */
      readonly region: string | null;
    };

export interface CatchUp {
  /** One launch for all that were missed, each its own, or none. */
  readonly policy: 'latest' | 'all' | 'none';
  /** Minutes before now; what was missed before is skipped. */
  readonly window: number;
  /** At most so many launches of a schedule at once, of `all`. */
  readonly cap: number;
}

export interface ApiClient {
  readonly name: string;
  readonly key: string;
  /** What it may do. */
  readonly scopes: readonly ApiScope[];
  /** It may see and use definitions with one of them only; null: all definitions. */
  readonly tags: readonly string[] | null;
}

export interface ApiRate {
  /** Requests a second, in the long run. */
  readonly perSecond: number;
  /** Requests at once, after a pause. */
  readonly burst: number;
}

/** What a key of the API can be good for. */
export const apiScopes = ['read', 'launch', 'operate', 'edit', 'administer'] as const;
export type ApiScope = (typeof apiScopes)[number];

/** Of a key that says nothing else: what Kuroko2's API did, and what goes with it. */
const plainKeyScopes: readonly ApiScope[] = ['read', 'launch', 'operate', 'edit'];

export interface CustomTask {
  readonly chdir: string | null;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface SlackConfig {
  /** Null: the local Slack. */
  readonly botToken: string | null;
  /** Present: Socket Mode; absent: HTTP on the same server as the API. */
  readonly appToken: string | null;
  readonly signingSecret: string | null;
  readonly apiUrl: string | null;
  readonly defaultChannel: string | null;
  readonly operators: readonly string[] | 'everyone';
  readonly allowedChannels: readonly string[];
  readonly launch: 'members' | 'admins';
}

/** What holds for commands where nothing is configured. */
export const commandDefaults = {
  timeZone: 'UTC',
  customTasks: {},
  railsEnvCeiling: 'production',
  outputCap: 1_048_576,
  killGrace: 10,
  shutdownGrace: 0,
  secrets: ['*SECRET*', '*TOKEN*', '*PASSWORD*', '*_KEY'],
  retention: { instances: 90, executions: 14 },
  catchUp: { policy: 'latest', window: 1_440, cap: 100 },
} as const;

const usualApiRate: ApiRate = { perSecond: 100, burst: 1_000 };

export const catchUpPolicies = ['latest', 'all', 'none'] as const;
/** In minutes: a year. */
export const longestCatchUpWindow = 525_600;
export const highestCatchUpCap = 1_000;

export const railsEnvs = ['development', 'test', 'staging', 'production'] as const;

const text = z.string().min(1);
const names = z.array(text);
const days = z.int().min(1).max(36_500);

const fileSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).optional(),
  time_zone: z.string().refine(isTimeZone, 'is no time zone (such as Asia/Tokyo)').optional(),
  api_basic_authentication_applications: z
    .record(
      text.regex(/^[^:]*$/, 'must have no colon in its name'),
      z.union([
        text,
        z.strictObject({
          key: text,
          scopes: z.array(z.enum(apiScopes)).min(1, 'must not be empty').optional(),
          tags: z.array(text).min(1, 'must not be empty').optional(),
        }),
      ]),
    )
    .optional(),
  notifiers: notifiersSchema,
  action_mailer: actionMailerSchema.optional(),
  slack: z
    .strictObject({
      operators: names.optional(),
      allowed_channels: names.optional(),
      launch: z.enum(['members', 'admins']).optional(),
    })
    .optional(),
  custom_tasks: z
    .record(
      z.string().regex(/^[a-z_]\w*$/, 'is no name of a task'),
      z.strictObject({
        shell: text,
        chdir: text.optional(),
        env: z.record(text, z.string()).optional(),
      }),
    )
    .optional(),
  rails_env_ceiling: z.enum(railsEnvs).optional(),
  catch_up: z
    .strictObject({
      policy: z.enum(catchUpPolicies, 'must be latest, all or none').optional(),
      window: z
        .union([z.string(), z.int()])
        .transform((value) => catchUpMinutes(String(value)))
        .refine(
          (minutes) => minutes !== null,
          `must be N, Nm or Nh, at most ${longestCatchUpWindow} minutes`,
        )
        .optional(),
      cap: z.int().min(1).max(highestCatchUpCap).optional(),
    })
    .optional(),
  retention: z.strictObject({ instances: days.optional(), executions: days.optional() }).optional(),
  secrets: z
    .array(z.string().regex(/^[\w*]+$/, 'is no name of a variable, with or without *'))
    .optional(),
  execution_logger: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('Void'), option: z.unknown().optional() }),
      z.strictObject({
        type: z.literal('CloudWatchLogs'),
        option: z.strictObject({
          group_name: z.string().regex(/^[\w./#-]{1,512}$/, 'is no name of a log group'),
          region: text.optional(),
        }),
      }),
    ])
    .optional(),
  templates: text.optional(),
  output_cap: z.int().min(1_024).max(1_073_741_824).optional(),
  kill_grace: z.number().min(0).max(3_600).optional(),
  shutdown_grace: z.number().min(0).max(86_400).optional(),
  api_rate: z
    .strictObject({
      per_second: z.number().min(0.01).max(100_000).optional(),
      burst: z.int().min(1).max(1_000_000).optional(),
    })
    .optional(),
  public_stats: z.boolean().optional(),
});

export const environmentSchema = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional(),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^xox[a-z]-/, 'must begin with xoxb-')
    .optional(),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-/, 'must begin with xapp-')
    .optional(),
  SLACK_SIGNING_SECRET: text.optional(),
  SLACK_API_URL: z.url().optional(),
  PORT: wholeNumber(1, 65_535).default(5_000),
  NUM_WORKERS: wholeNumber(1, 256).default(4),
  QUEUE: z
    .string()
    .regex(/^@?[\w-]{1,180}$/, 'must be letters, digits, _ and -, with or without a leading @')
    .default('@default'),
  HOSTNAME: text.optional(),
  KUROKO2_CONFIG: text.optional(),
  KUROKO_DATA_DIR: text.default('./.kuroko'),
  KUROKO_LOG: z.enum(levels).default('info'),
});

/** Reads the configuration. Throws Invalid with every problem, by name, in its details. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  // A variable that is set to nothing counts as not set: that is how container files leave one out.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const environment = environmentSchema.safeParse(given, { error: settingProblem });
  if (!environment.success) problems.push(...described(environment.error, ''));
  const { file, path: filePath } = readFile(given, problems);
  const settings = fileSchema.safeParse(file, { error: settingProblem });
  if (!settings.success) problems.push(...described(settings.error, `${filePath}: `));
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET } = given;
  if (SLACK_BOT_TOKEN === undefined && (SLACK_APP_TOKEN ?? SLACK_SIGNING_SECRET) !== undefined) {
    problems.push('SLACK_BOT_TOKEN is missing: the other Slack settings need it');
  }
  if (
    SLACK_BOT_TOKEN !== undefined &&
    SLACK_APP_TOKEN === undefined &&
    SLACK_SIGNING_SECRET === undefined
  ) {
    problems.push(
      'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing: SLACK_BOT_TOKEN needs one of them',
    );
  }
  if (
    settings.success &&
    settings.data.action_mailer !== undefined &&
    settings.data.notifiers.mail === null
  ) {
    problems.push(`${filePath}: notifiers.mail is missing: action_mailer needs it`);
  }
  if (problems.length > 0 || !environment.success || !settings.success) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    throw invalid(`The configuration has ${count}.`, problems);
  }
  return Object.freeze(assemble(environment.data, settings.data));
}

function assemble(
  env: z.infer<typeof environmentSchema>,
  file: z.infer<typeof fileSchema>,
): Config {
  const local = env.SLACK_BOT_TOKEN === undefined;
  const { slack, ...targets } = file.notifiers;
  return {
    url: (file.url ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
    timeZone: file.time_zone ?? commandDefaults.timeZone,
    port: env.PORT,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir: path.resolve(env.KUROKO_DATA_DIR),
    numWorkers: env.NUM_WORKERS,
    queue: env.QUEUE,
    hostname: env.HOSTNAME ?? os.hostname(),
    apiClients: Object.entries(file.api_basic_authentication_applications ?? {}).map(
      ([name, given]) => apiClient(name, typeof given === 'string' ? { key: given } : given),
    ),
    apiRate: {
      perSecond: file.api_rate?.per_second ?? usualApiRate.perSecond,
      burst: file.api_rate?.burst ?? usualApiRate.burst,
    },
    publicStats: file.public_stats ?? false,
    slack: {
      botToken: env.SLACK_BOT_TOKEN ?? null,
      appToken: env.SLACK_APP_TOKEN ?? null,
      signingSecret: env.SLACK_SIGNING_SECRET ?? null,
      apiUrl: env.SLACK_API_URL ?? null,
      defaultChannel: slack?.default_channel ?? null,
      operators: file.slack?.operators ?? (local ? 'everyone' : []),
      allowedChannels: file.slack?.allowed_channels ?? [],
      launch: file.slack?.launch ?? 'members',
    },
    notifiers: notifiersConfig(targets, file.action_mailer),
    customTasks: Object.fromEntries(
      Object.entries(file.custom_tasks ?? {}).map(([name, task]) => [
        name,
        { shell: task.shell, chdir: task.chdir ?? null, env: task.env ?? {} },
      ]),
    ),
    railsEnvCeiling: file.rails_env_ceiling ?? commandDefaults.railsEnvCeiling,
    templates: file.templates === undefined ? null : path.resolve(file.templates),
    outputCap: file.output_cap ?? commandDefaults.outputCap,
    killGrace: file.kill_grace ?? commandDefaults.killGrace,
    shutdownGrace: file.shutdown_grace ?? commandDefaults.shutdownGrace,
    retention: {
      instances: file.retention?.instances ?? commandDefaults.retention.instances,
      executions: file.retention?.executions ?? commandDefaults.retention.executions,
    },
    catchUp: {
      policy: file.catch_up?.policy ?? commandDefaults.catchUp.policy,
      window: file.catch_up?.window ?? commandDefaults.catchUp.window,
      cap: file.catch_up?.cap ?? commandDefaults.catchUp.cap,
    },
    secrets: file.secrets ?? commandDefaults.secrets,
    executionLogger:
      file.execution_logger?.type === 'CloudWatchLogs'
        ? {
            type: 'CloudWatchLogs',
            groupName: file.execution_logger.option.group_name,
            region: file.execution_logger.option.region ?? null,
          }
        : { type: 'Void' },
  };
}

export function apiClient(
  name: string,
  given: {
    readonly key: string;
    readonly scopes?: readonly ApiScope[] | undefined;
    readonly tags?: readonly string[] | undefined;
  },
): ApiClient {
  const { key, scopes = plainKeyScopes, tags = null } = given;
  return { name, key, scopes, tags };
}

/** The file as an object; `{}` without one. A file that was asked for by name must be there. */
function readFile(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): { file: unknown; path: string } {
  const asked = env['KUROKO2_CONFIG'];
  const file = asked ?? './kuroko2.yml';
  if (!existsSync(file)) {
    if (asked !== undefined) problems.push(`KUROKO2_CONFIG: there is no file ${asked}`);
    return { file: {}, path: file };
  }
  try {
    const filled = withEnvironment(parseYaml(readFileSync(file, 'utf8')) ?? {}, env, (name) =>
      problems.push(`${file}: \${${name}} is not set`),
    );
    return { file: filled, path: file };
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message.split('\n')[0] ?? 'cannot be read'}`);
    return { file: {}, path: file };
  }
}

/** Replaces `${NAME}` in every string of a YAML document. */
function withEnvironment(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  missing: (name: string) => void,
): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => {
      const found = env[name];
      if (found === undefined) missing(name);
      return found ?? whole;
    });
  }
  if (Array.isArray(value)) return value.map((item) => withEnvironment(item, env, missing));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withEnvironment(item, env, missing)]),
    );
  }
  return value;
}

/** A sentence a mistake, each beginning with what it is about. */
export function described(error: z.ZodError, prefix: string): string[] {
  return error.issues.flatMap((issue) => {
    const at = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(
        (key) => `${prefix}${at === '' ? '' : `${at}.`}${key} is not a setting`,
      );
    }
    return [`${prefix}${at === '' ? '' : `${at}: `}${issue.message}`];
  });
}

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** Minutes of `N`, `Nm` or `Nh`, as limits in scripts are written; null for anything else, or for too many. */
export function catchUpMinutes(written: string): number | null {
  const [, digits, unit] = /^(\d{1,6})([mh]?)$/.exec(written) ?? [];
  const minutes = Number(digits) * (unit === 'h' ? 60 : 1);
  return digits === undefined || minutes > longestCatchUpWindow ? null : minutes;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
