/** What stands on the terminal once everything runs: where to look, and what to type. */
import type { ApiClient, Config } from '../config.ts';
import type { EmbeddedSlack } from './embed.ts';

export interface Welcome {
  readonly config: Config;
  /** Null with a real Slack. */
  readonly local: EmbeddedSlack | null;
  /** The API client that was made for the trial; a configured one's key is nobody's business. */
  readonly trial: ApiClient | null;
}

export function printWelcome({ config, local, trial }: Welcome): void {
  const lines = ['', '  Kuroko is ready.', ''];
  if (local !== null) {
    lines.push(
      `  Slack   ${local.url}`,
      '          Act as alice, ben or carol in #general and type:',
      '              /kuroko launch hello          a greeting',
      '              /kuroko launch flaky-report   fails: press Retry, Skip or Cancel',
      '              /kuroko help',
    );
  } else lines.push('  Slack   connected: type /kuroko help');
  lines.push(`  HTTP    http://localhost:${config.port}`);
  if (trial !== null) {
    lines.push(`          Pages and API ask for a name and a key: ${trial.name} / ${trial.key}`);
  }
  lines.push('', '  Ctrl-C ends everything.', '', '');
  process.stdout.write(lines.join('\n'));
}
