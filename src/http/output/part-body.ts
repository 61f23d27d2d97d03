/** A part of an output as clients read it. */
import { z } from 'zod';
import type { OutputPart } from './read-on.ts';

export const outputPart = z.object({
  execution_id: z.int(),
  path: z.string().meta({ description: 'The step in the script.' }),
  attempt: z.int(),
  from: z.int().meta({ description: 'Offset of its first byte in all that the command wrote.' }),
  to: z.int(),
  text: z.string().meta({ description: 'Invalid bytes replaced; what was not kept is said so.' }),
});

export function partBody({ execution, from, to, text }: OutputPart): z.input<typeof outputPart> {
  const { id, path, attempt } = execution;
  return { execution_id: id, path, attempt, from, to, text };
}
