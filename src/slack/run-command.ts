/** Does what a command says. */
import { errorAnswer, unknownVerbAnswer } from '../messages/answers.ts';
import { whichRunAnswer } from '../messages/command-answers.ts';
import { slackMessageAt } from '../store/slack-messages.ts';
import { deliveries } from './commands/deliveries.ts';
import { executions } from './commands/executions.ts';
import { help } from './commands/help.ts';
import { hookVerb } from './commands/hook.ts';
import { history } from './commands/history.ts';
import { launchCommand } from './commands/launch.ts';
import { jobList } from './commands/list.ts';
import { logs } from './commands/logs.ts';
import { operateCommand } from './commands/operate.ts';
import { postOutput } from './commands/post-output.ts';
import { jobCard } from './commands/show.ts';
import { restartChoice } from './commands/restart.ts';
import { scheduleVerb } from './commands/schedule.ts';
import { suspension } from './commands/suspension.ts';
import { status } from './commands/status.ts';
import { whyAnswer } from './commands/why.ts';
import { workers } from './commands/workers.ts';
import { seeToExecutor, seeToWorker } from './see-to.ts';
import type { Ask } from './ask.ts';
import type { Command } from './grammar.ts';
import type { SlackActor } from './serve.ts';
import type { Shell } from './shell.ts';

/** For somebody who may read here. Throws UserErrors. */
export async function runCommand(
  shell: Shell,
  ask: Ask,
  actor: SlackActor,
  command: Command,
): Promise<void> {
  switch (command.verb) {
    case 'help':
      return help(ask);
    case 'launch':
      return launchCommand(shell, ask, actor, command);
    case 'list':
      return ask.answer(await jobList(shell, ask.userId, command));
    case 'show':
      return ask.answer(await jobCard(shell, actor, command.job));
    case 'status': {
      return ask.answer(await status(shell, command.instanceId ?? (await runOfThread(shell, ask))));
    }
    case 'logs': {
      const instanceId = command.instanceId ?? (await runOfThread(shell, ask));
      if (instanceId === null) return ask.answer(whichRunAnswer(command.verb));
      const answer = command.full ? postOutput : logs;
      return ask.answer(await answer(shell, instanceId));
    }
    case 'retry':
    case 'skip':
    case 'cancel':
    case 'terminate': {
      const { verb } = command;
      const instanceId = command.instanceId ?? (await runOfThread(shell, ask));
      if (instanceId === null) return ask.answer(whichRunAnswer(verb));
      return operateCommand(shell, ask, actor, { verb, instanceId });
    }
    case 'workers':
      return ask.answer(await workers(shell, actor));
    case 'suspend-worker':
    case 'resume-worker':
      return seeToWorker(shell, ask, actor, command);
    case 'drain':
    case 'undrain':
      return seeToExecutor(shell, ask, actor, command);
    case 'executions':
      return ask.answer(await executions(shell));
    case 'history':
      return ask.answer(await history(shell, command.job));
    case 'restart':
      return ask.answer(await restartChoice(shell, actor, command.place ?? {}));
    case 'schedule':
    case 'suspend-schedule':
      return scheduleVerb(shell, ask, actor, command);
    case 'suspend':
    case 'resume':
      return suspension(shell, ask, actor, command);
    case 'deliveries': {
      const { job, dead } = command;
      const run = job === null ? await runOfThread(shell, ask) : null;
      const instanceId = command.instanceId ?? run;
      return ask.answer(await deliveries(shell, actor, { instanceId, job, dead }));
    }
    case 'why':
      return ask.answer(await whyAnswer(shell, command));
    case 'hook':
      return hookVerb(shell, ask, actor, command);
    case 'unknown':
      return ask.answer(unknownVerbAnswer(command.word, command.suggestion));
    case 'malformed':
      return ask.answer(errorAnswer(command.problem));
  }
}

/** The run in whose thread it was said; null anywhere else. */
async function runOfThread({ db }: Shell, { channel, threadTs }: Ask): Promise<number | null> {
  if (threadTs === null) return null;
  return (await slackMessageAt(db, channel, threadTs))?.instanceId ?? null;
}
