/** What the launch form remembers from its opening to its submit: where it was opened, and what it showed. */
import { createHash } from 'node:crypto';

export interface FormMemory {
  readonly channel: string;
  /** The script that was filled in beforehand: whose, and what of it is compared. */
  readonly shown: { readonly definitionId: number; readonly digest: string } | null;
}

export function remember({ channel, shown }: FormMemory): string {
  return shown === null ? channel : [channel, shown.definitionId, shown.digest].join(' ');
}

/** Of what `remember` wrote. */
export function recall(metadata: string): FormMemory {
  const [channel = '', id, digest] = metadata.split(' ');
  if (id === undefined || digest === undefined) return { channel, shown: null };
  return { channel, shown: { definitionId: Number(id), digest } };
}

/** The same for what Slack may make of a text: other line ends, no white space around it. */
export function scriptDigest(script: string): string {
  return createHash('sha256').update(script.replaceAll('\r\n', '\n').trim()).digest('base64url');
}
