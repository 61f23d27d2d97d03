/** Another job is chosen in the launch form: its script takes the place of the one before. */
import { askOf } from '../ask.ts';
import { recall, scriptDigest, type FormMemory } from '../form-memory.ts';
import { askedIn, type SubmittedForm } from '../form-reply.ts';
import { readFields, type Fields } from '../launch-fields.ts';
import { fillForm, launchForm } from '../launch-form.ts';
import { serve } from '../serve.ts';
import type { Shell } from '../shell.ts';

/** What was typed stays: values, channel, and a script that is not merely the one that was shown. Never rejects. */
export function jobChosen(shell: Shell, { userId, view }: SubmittedForm): Promise<void> {
  const fields = readFields(view.state.values);
  const memory = recall(view.private_metadata ?? '');
  const ask = askOf(shell, askedIn({ userId, view }, memory.channel));
  return serve(shell, ask, async (actor) => {
    const form = await launchForm(shell, memory.channel, actor, {
      definitionId: Number(fields.job),
      env: fields.env,
      channel: fields.channel,
      typed: typedScript(fields, memory),
    });
    await fillForm(shell, view.id, form);
  });
}

function typedScript({ script, scriptBlock }: Fields, { shown }: FormMemory) {
  if (script.trim() === '' || scriptDigest(script) === shown?.digest) return null;
  return { script, block: scriptBlock, shown };
}
