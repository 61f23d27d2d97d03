/** Launches a job for somebody, and says what he would not see otherwise. */
import { conflict } from '../errors.ts';
import { launchedElsewhereAnswer } from '../messages/answers.ts';
import { launchedUnseenAnswer, preventedAnswer } from '../messages/command-answers.ts';
import { authorise } from '../operations/authorise.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { launch, type Launched } from '../operations/launch.ts';
import { findJob } from './find-job.ts';
import { aboutNow, type Shell } from './shell.ts';
import type { Content } from '../messages/blocks.ts';
import type { Definition } from '../store/definitions.ts';
import type { Ask } from './ask.ts';
import type { SlackActor } from './serve.ts';

export interface JobLaunch {
  /** Id or name as typed; the id of a button or a form as a number. */
  readonly job: string | number;
  readonly env: Readonly<Record<string, string>>;
  /** In place of the job's own, for this run only: for those who may edit it. */
  readonly script?: string;
  /** Where it is told of, if the job names no channel. */
  readonly channel: string;
}

/**
 * Returns what is to be told to the person alone: a question when several jobs can be meant, where
 * the run is told of when that is not here; null when its message says it all. Throws as
 * `findJob`, `authorise` and `launch` do.
 */
export async function launchJob(
  shell: Shell,
  ask: Pick<Ask, 'channel' | 'channelName' | 'key'>,
  actor: SlackActor,
  { job, env, script, channel }: JobLaunch,
): Promise<Content | null> {
  const outcome = await inTransaction(shell.db, async (tx) => {
    const found = await findJob(tx, 'launch', job);
    if (found.status === 'ambiguous') {
      refuseToForget(found.names, env);
      return found;
    }
    const { definition } = found;
    const policy = shell.config.slack;
    await authorise(tx, { actor, action: 'launch', definition, policy });
    if (script !== undefined) await authorise(tx, { actor, action: 'edit', definition, policy });
    const wish = {
      definitionId: definition.id,
      env,
      ...(script !== undefined && { script }),
      actor,
      from: 'slack',
      launchKey: `slack:${ask.key}`,
      channel: channel === '' ? null : channel,
    } as const;
    const [launched] = await launch(tx, [wish], shell.facts);
    if (launched === undefined) throw new Error('a launch came to nothing');
    return { status: 'launched', definition, launched } as const;
  });
  if (outcome.status === 'ambiguous') return outcome.question;
  return whatIsNotSeen(shell, { ...ask, told: channel }, outcome.definition, outcome.launched);
}

/** A button holds ids only: it would launch without the values that were typed. */
function refuseToForget(names: readonly string[], env: Readonly<Record<string, string>>): void {
  if (Object.keys(env).length === 0) return;
  throw conflict('Several jobs have that name. Say it again with the number of one:', names);
}

function whatIsNotSeen(
  shell: Shell,
  asked: { readonly channel: string; readonly channelName: string | null; readonly told: string },
  definition: Definition,
  { instanceId, preventedBy, status }: Launched,
): Content | null {
  const about = aboutNow(shell);
  const run = { instanceId, definitionId: definition.id, definitionName: definition.name };
  const told = definition.slackChannel ?? shell.config.slack.defaultChannel ?? asked.told;
  const here = told !== '' && isHere(told, asked);
  const prevented = status === 'canceled' && preventedBy !== null;
  const isTold = prevented ? definition.notifyCancellation : definition.notifyAllEvents;
  if (here && isTold) return null;
  if (prevented) return preventedAnswer(run, preventedBy, about);
  if (!isTold) return launchedUnseenAnswer(run, 'quietly', about);
  if (told === '') return launchedUnseenAnswer(run, 'nowhere', about);
  return launchedElsewhereAnswer({ ...run, channel: told }, about);
}

/** A channel is configured by its name or by its id. */
function isHere(
  told: string,
  { channel, channelName }: { readonly channel: string; readonly channelName: string | null },
): boolean {
  return told === channel || (channelName !== null && told.replace(/^#/, '') === channelName);
}
