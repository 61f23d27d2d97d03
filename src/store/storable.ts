/** PostgreSQL stores no NUL, and no half of a character in JSON: both come in with what commands write. */

const surrogate = /[\uD800-\uDFFF]/;

export function storableText(text: string): string {
  // Nearly all is storable.
  if (!text.includes('\0') && !surrogate.test(text)) return text;
  return text.replaceAll('\0', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

/** As JSON.stringify writes NUL and halves of characters; also where the text says so itself. */
const suspect = /\\u(?:0000|d[89a-f])/;

/** As JSON.stringify, with every string made storable. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Nearly all is storable, and looking at each string takes twice as long.
  if (!suspect.test(json)) return json;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? storableText(inner) : inner,
  );
}
