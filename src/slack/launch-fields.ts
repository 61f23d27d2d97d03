/** What stands in the launch form, as Slack sends it: with the submit, or when another job is chosen. */
import { launchFields } from '../messages/action-ids.ts';
import type { SubmittedForm } from './form-reply.ts';

export interface Fields {
  /** The id of a definition; empty when none is chosen. */
  readonly job: string;
  readonly env: string;
  readonly script: string;
  /** The block that the script stands in: it has another name for each job. */
  readonly scriptBlock: string;
  readonly channel: string | null;
}

export function readFields(values: SubmittedForm['view']['state']['values']): Fields {
  const field = ({ actionId }: { readonly actionId: string }) =>
    Object.entries(values).flatMap(([blockId, fields]) => {
      const value = fields[actionId];
      return value === undefined ? [] : [{ blockId, ...value }];
    })[0];
  const script = field(launchFields.script);
  return {
    job: field(launchFields.job)?.selected_option?.value ?? '',
    env: field(launchFields.env)?.value ?? '',
    script: script?.value ?? '',
    scriptBlock: script?.blockId ?? launchFields.script.blockId,
    channel: field(launchFields.channel)?.selected_conversation ?? null,
  };
}
