/** `kuroko check`: looks over everything at once and says all that is wrong. */
import { commandDefaults, loadConfig, type Config } from '../../config.ts';
import { UserError } from '../../errors.ts';
import { checkTemplates } from '../../templates.ts';
import { checkDatabase } from '../check-database.ts';
import { checkHipChat } from '../check-hipchat.ts';
import { checkMail } from '../check-mail.ts';
import { checkTaskSecrets } from '../check-secrets.ts';
import { checkSlack } from '../check-slack.ts';
import { printJson, printLine } from '../print.ts';
import type { Outside } from '../outside.ts';
import type { Finding } from '../finding.ts';
import type { Json } from '../json-option.ts';

export async function checkVerb(outside: Outside, { json }: Json): Promise<number> {
  const findings = await findAll(outside);
  const ok = findings.every(({ type }) => type !== 'problem');
  if (json) printJson({ ok, findings });
  else {
    for (const { type, about, message } of findings) {
      printLine(`${type.padEnd(7)}  ${about}: ${message}`);
    }
  }
  return ok ? 0 : 1;
}

async function findAll(outside: Outside): Promise<Finding[]> {
  const { config, findings } = configuration();
  const { databaseUrl, dataDir, slack, secrets } = config ?? bareSettings(process.env);
  const connections = await Promise.all([
    checkDatabase({ databaseUrl, dataDir, secrets, notifiers: config?.notifiers ?? null }, outside),
    checkSlack(slack),
    checkMail(config?.notifiers.mail ?? null),
    checkHipChat(config?.notifiers.hipchat ?? null),
  ]);
  const tasks = config === null ? [] : checkTaskSecrets(config);
  return [...findings, ...templates(config?.templates ?? null), ...tasks, ...connections.flat()];
}

/** A mistake in the configuration is no reason to keep quiet about the connections. */
function bareSettings(env: NodeJS.ProcessEnv): Pick<
  Config,
  'databaseUrl' | 'dataDir' | 'secrets'
> & {
  readonly slack: Pick<Config['slack'], 'botToken' | 'appToken' | 'apiUrl'>;
} {
  const url = env['DATABASE_URL'] ?? '';
  return {
    databaseUrl: /^postgres(ql)?:/.test(url) ? url : null,
    dataDir: env['KUROKO_DATA_DIR'] || './.kuroko',
    secrets: commandDefaults.secrets,
    slack: {
      botToken: env['SLACK_BOT_TOKEN'] || null,
      appToken: env['SLACK_APP_TOKEN'] || null,
      apiUrl: env['SLACK_API_URL'] || null,
    },
  };
}

function configuration(): { config: Config | null; findings: Finding[] } {
  const about = 'configuration';
  try {
    const config = loadConfig(process.env);
    return { config, findings: [{ type: 'ok', about, message: 'can be read' }] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problems = error.details.length > 0 ? error.details : [error.message];
    return {
      config: null,
      findings: problems.map((message) => ({ type: 'problem', about, message })),
    };
  }
}

function templates(overrides: string | null): Finding[] {
  const about = 'templates';
  const { texts, problems, doubts } = checkTemplates(overrides);
  return [
    ...(problems.length === 0
      ? [{ type: 'ok', about, message: `${texts} texts can be filled in` } as const]
      : []),
    ...problems.map((message) => ({ type: 'problem', about, message }) as const),
    ...doubts.map((message) => ({ type: 'warning', about, message }) as const),
  ];
}
