/** `logs instance --full`: everything that a run's commands wrote, as a file in the run's thread. */
import { outputFileAnswer, outputFileComment } from '../../messages/command-answers.ts';
import { showExecutions } from '../../operations/show.ts';
import { executionsOf } from '../../store/executions.ts';
import { joinOutput, readOutput } from '../../store/output.ts';
import { slackMessagesOf } from '../../store/slack-messages.ts';
import { aboutNow, type Shell } from '../shell.ts';
import { instanceOf } from './logs.ts';
import type { Instance } from '../../store/instances.ts';
import type { Content } from '../../messages/blocks.ts';

/** The answer says whether it was posted: a run without a message has no thread. */
export async function postOutput(shell: Shell, instanceId: number): Promise<Content> {
  const { db, client, log } = shell;
  const about = aboutNow(shell);
  const instance = await instanceOf(shell, instanceId);
  const messages = await slackMessagesOf(db, instanceId);
  const message = messages.find(({ kind, goneAt }) => kind === 'run' && goneAt === null);
  if (message === undefined) return outputFileAnswer('failed', instance, about);
  try {
    await client.files.uploadV2({
      channel_id: message.channel,
      thread_ts: message.ts,
      filename: `run-${instanceId}.txt`,
      initial_comment: outputFileComment(instance, about),
      file: await fullOutput(shell, instance),
    });
    return outputFileAnswer('posted', instance, about);
  } catch (error) {
    log.warn({ err: error, instanceId }, 'the output could not be posted as a file');
    return outputFileAnswer('failed', instance, about);
  }
}

/** Each command, then what it wrote; where output was cut, how much is missing. */
async function fullOutput({ db, facts }: Shell, instance: Instance): Promise<Buffer> {
  const parts: Buffer[] = [];
  const executions = showExecutions(instance, await executionsOf(db, instance.id), facts);
  for (const { id, shell: command } of executions) {
    parts.push(Buffer.from(`$ ${command}\n`));
    parts.push(joinOutput(await readOutput(db, id)), Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
