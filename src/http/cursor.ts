/** Where a page ended, as clients hand it back: opaque to them, held against its schema when it comes. */
import { z } from 'zod';
import { showAs } from './fields.ts';

/** Of a list that goes on after some values. */
export const cursorText = (values: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

export const cursor = <Values>(values: z.ZodType<Values>) =>
  showAs(
    z
      .string()
      .max(2_000)
      .transform((given, context): Values => {
        const read = values.safeParse(parsed(given));
        if (read.success) return read.data;
        context.addIssue({ code: 'custom', message: 'is none that was given out' });
        return z.NEVER;
      }),
    z.string().max(2_000).meta({ description: '`next_cursor` of the page before.' }),
  );

/** Null: there is no more. */
export const nextCursor = z.string().nullable();

function parsed(given: string): unknown {
  try {
    return JSON.parse(Buffer.from(given, 'base64url').toString());
  } catch {
    return null;
  }
}
