/** The launch form comes back: problems at their fields, else one launch. */
import { launchFields } from '../../messages/action-ids.ts';
import { launchErrors } from '../../messages/launch-modal.ts';
import { parseEnvLines } from '../../operations/parse-env.ts';
import { askOf, type Ask, type Asked } from '../ask.ts';
import { launchJob } from '../launch-job.ts';
import { serve } from '../serve.ts';
import type { Shell } from '../shell.ts';

/** What Slack sends, as far as it is read. */
export interface SubmittedForm {
  readonly userId: string;
  readonly view: {
    readonly id: string;
    readonly hash: string;
    readonly private_metadata?: string;
    readonly state: {
      readonly values: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
    };
  };
}

interface FieldValue {
  readonly value?: string | null | undefined;
  readonly selected_option?: { readonly value?: string } | null | undefined;
  readonly selected_conversation?: string | null | undefined;
}

export type FormAnswer =
  | undefined
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> };

/** The form stays open until this is over, at the longest; Slack's own limit is 3 s. */
const formWaits = 2_000;

/**
 * `ack` closes the form, or shows errors in it. A launch that takes longer than 2 s goes on with
 * the form closed; what goes wrong then is told privately. Never rejects.
 */
export async function launchSubmit(
  shell: Shell,
  { userId, view }: SubmittedForm,
  ack: (answer?: FormAnswer) => Promise<void>,
): Promise<void> {
  const fields = readFields(view.state.values);
  const problems = problemsOf(shell, fields);
  if (Object.keys(problems).length > 0) {
    return ack({ response_action: 'errors', errors: launchErrors(problems) });
  }
  const channel = view.private_metadata ?? '';
  const asked: Asked = {
    userId,
    fromBot: false,
    channel,
    channelName: null,
    threadTs: null,
    key: `view:${view.id}:${view.hash}`,
    triggerId: null,
  };
  const outside = askOf(shell, asked);
  let closed: Promise<void> | null = null;
  const close = () =>
    (closed ??= ack().catch((error: unknown) => {
      shell.log.warn({ err: error }, 'a form stays open');
    }));
  const timer = setTimeout(() => void close(), formWaits);
  const ask: Ask = {
    ...asked,
    announce: (content) => outside.announce(content),
    // Whatever is answered before the form is closed is a refusal: it is shown in the form.
    async answer(content) {
      if (closed !== null) return outside.answer(content);
      closed = ack({ response_action: 'errors', errors: launchErrors({ job: content.text }) });
      await closed.catch(() => outside.answer(content));
    },
  };
  await serve(shell, ask, async (actor) => {
    const env = parseEnvLines(fields.env);
    const content = await launchJob(shell, ask, actor, {
      job: Number(fields.job),
      env: env.ok ? env.env : {},
      channel: fields.channel ?? channel,
    });
    await close();
    if (content !== null) await outside.answer(content);
  });
  clearTimeout(timer);
}

interface Fields {
  readonly job: string;
  readonly env: string;
  readonly channel: string | null;
}

function readFields(values: SubmittedForm['view']['state']['values']): Fields {
  const field = ({ blockId, actionId }: { blockId: string; actionId: string }): FieldValue =>
    values[blockId]?.[actionId] ?? {};
  return {
    job: field(launchFields.job).selected_option?.value ?? '',
    env: field(launchFields.env).value ?? '',
    channel: field(launchFields.channel).selected_conversation ?? null,
  };
}

function problemsOf({ config }: Shell, { job, env, channel }: Fields) {
  const parsed = parseEnvLines(env);
  const { allowedChannels } = config.slack;
  return {
    ...(!/^\d{1,15}$/.test(job) && { job: 'Choose a job.' }),
    ...(!parsed.ok && { env: parsed.problems.join(' ') }),
    ...(channel !== null &&
      allowedChannels.length > 0 &&
      !allowedChannels.includes(channel) && { channel: 'Kuroko may not be used in that channel.' }),
  };
}
