/** What fields of requests have in common. */
import { z } from 'zod';

/** How a field is written in the document, where it may be written in more ways than people need to know. */
const shown = new WeakMap<object, z.ZodType>();
export const shownAs = (schema: object): z.ZodType | undefined => shown.get(schema);

export function showAs<Schema extends z.ZodType>(schema: Schema, plain: z.ZodType): Schema {
  shown.set(schema, plain);
  return schema;
}

/** Text that the database can store. */
export const text = z
  .string()
  .refine((value) => !value.includes('\0'), 'must not contain NUL')
  .refine((value) => !/\p{Surrogate}/u.test(value), 'is not valid Unicode');

const mostDigits = 999_999_999_999_999;

/** An id in JSON. */
export const id = z.int().min(1).max(mostDigits);

/** Of the header `Idempotency-Key`. */
export const idempotencyKey = (description: string) =>
  z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')
    .optional()
    .meta({ description: `Sent again with the same key: ${description}` });

/** A number in an address: what cannot be an id is not found, as if there were no such row. */
export const pathId = (noun: string) =>
  showAs(
    z
      .string()
      .regex(/^\d{1,15}$/, `There is no ${noun} with this id.`)
      .transform(Number),
    id,
  );

export const definitionParams = z.object({ id: pathId('definition') });
export const instanceParams = z.object({
  id: pathId('definition'),
  instance_id: pathId('instance'),
});

/** A whole number in a query. */
export function queryNumber(least: number, most: number, description: string) {
  const say = `must be a whole number from ${least} to ${most}`;
  return showAs(
    z
      .string()
      .regex(/^\d{1,15}$/, say)
      .transform(Number)
      .refine((value) => value >= least && value <= most, say),
    z.int().min(least).max(most).meta({ description }),
  );
}

/** Entries of a page. */
export const limit = queryNumber(1, 500, '100 when left out.');

/** A time in an answer: ISO 8601 in UTC. */
export const time = z.iso.datetime();

/** A time in a query: ISO 8601 with an offset, or `Z`. */
export const moment = showAs(
  z
    .string()
    .refine(
      (given) => z.iso.datetime({ offset: true }).safeParse(given).success,
      'must be a time such as 2026-01-31T02:30:00Z',
    )
    .transform((given) => new Date(given)),
  z.iso.datetime({ offset: true }),
);

/** `status=error`, or `status[]=error&status[]=working`. */
export const oneOrMany = <Value>(schema: z.ZodType<Value>) =>
  showAs(
    z.union([z.array(schema).max(100), schema]).transform((given) => [given].flat() as Value[]),
    z.array(schema).max(100),
  );
