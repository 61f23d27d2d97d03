/** `/kuroko ...` */
import { askOf } from './ask.ts';
import { openLaunchForm } from './launch-form.ts';
import { parseCommand } from './grammar.ts';
import { runCommand } from './run-command.ts';
import { serve } from './serve.ts';
import { parseEnv } from '../operations/parse-env.ts';
import type { Content } from '../messages/blocks.ts';
import type { Shell } from './shell.ts';

/** What Slack sends, as far as it is read. */
export interface SlashCommandBody {
  readonly user_id: string;
  readonly channel_id: string;
  readonly channel_name: string;
  readonly trigger_id: string;
  readonly text: string;
}

/** Posts to the command's own `response_url`. */
export type RespondToCommand = (message: {
  readonly text: string;
  readonly blocks: Content['blocks'];
  readonly response_type: 'ephemeral' | 'in_channel';
}) => Promise<unknown>;

/** Called when the command is acknowledged. Never rejects. */
export async function slashCommand(
  shell: Shell,
  body: SlashCommandBody,
  respond: RespondToCommand,
): Promise<void> {
  const asked = {
    userId: body.user_id,
    fromBot: false,
    channel: body.channel_id,
    channelName: body.channel_name,
    threadTs: null,
    key: `command:${body.trigger_id}`,
    triggerId: body.trigger_id,
  } as const;
  const ask = askOf(shell, asked, ({ text, blocks }, to) =>
    respond({ text, blocks, response_type: to === 'person' ? 'ephemeral' : 'in_channel' }),
  );
  const command = parseCommand(body.text);
  if (command.verb === 'launch' && command.job === null && parseEnv(command.env).ok) {
    return openLaunchForm(shell, ask, body.trigger_id, { definitionId: null, env: command.env });
  }
  return serve(shell, ask, (actor) => runCommand(shell, ask, actor, command));
}
