/** The launch form comes back: problems at their fields, else one launch. */
import { scriptWarningsAnswer } from '../../messages/answers.ts';
import { launchErrors } from '../../messages/launch-modal.ts';
import { runWarnings } from '../../operations/definition-warnings.ts';
import { parseEnvLines } from '../../operations/parse-env.ts';
import { findDefinition } from '../../store/definitions.ts';
import { formReply, type FormAnswer, type SubmittedForm } from '../form-reply.ts';
import { recall, type FormMemory } from '../form-memory.ts';
import { readFields, type Fields } from '../launch-fields.ts';
import { launchJob } from '../launch-job.ts';
import { serve } from '../serve.ts';
import { wantedScript, type WantedScript } from '../wanted-script.ts';
import type { Shell } from '../shell.ts';

/**
 * `ack` closes the form, or shows errors in it. A launch that takes longer than 2 s goes on with
 * the form closed; what goes wrong then is told privately. Never rejects.
 */
export async function launchSubmit(
  shell: Shell,
  form: SubmittedForm,
  ack: (answer?: FormAnswer) => Promise<void>,
): Promise<void> {
  const fields = readFields(form.view.state.values);
  const problems = problemsOf(shell, fields);
  if (Object.keys(problems).length > 0) {
    const errors = launchErrors(problems, fields.scriptBlock);
    return ack({ response_action: 'errors', errors });
  }
  const memory = recall(form.view.private_metadata ?? '');
  const { channel } = memory;
  const { ask, outside, refuse, close, end } = formReply(shell, form, channel, ack, (text) =>
    launchErrors({ job: text }),
  );
  await serve(shell, ask, async (actor) => {
    const wanted = await scriptOf(shell, fields, memory);
    if (wanted.type === 'wrong') {
      return refuse(launchErrors({ script: wanted.problems.join(' ') }, fields.scriptBlock));
    }
    const env = parseEnvLines(fields.env);
    const content = await launchJob(shell, ask, actor, {
      job: Number(fields.job),
      env: env.ok ? env.env : {},
      ...(wanted.type === 'changed' && { script: wanted.script }),
      channel: fields.channel ?? channel,
    });
    await close();
    if (content !== null) await outside.answer(content);
    if (wanted.type === 'own') return;
    const { db, facts } = shell;
    const warnings = await runWarnings(db, Number(fields.job), wanted.script, facts);
    if (warnings.length > 0) await outside.answer(scriptWarningsAnswer(warnings));
  });
  end();
}

async function scriptOf(
  { db, facts }: Shell,
  { job, script }: Fields,
  memory: FormMemory,
): Promise<WantedScript> {
  const definition = await findDefinition(db, Number(job));
  // Whoever launches it says that it is not there.
  return definition === null
    ? { type: 'own' }
    : wantedScript(db, script, memory, definition, facts);
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
