/** Names and values of a form or a query as Rails reads them: `a=1`, `tags[]=x`, `env[K]=V`. */

/** One level of brackets; of what is named twice the last counts. */
export function nestedPairs(
  pairs: Iterable<readonly [string, string]>,
): Readonly<Record<string, unknown>> {
  const found = new Map<string, string | string[] | Map<string, string>>();
  for (const [given, value] of pairs) {
    const [, name = given, key] = /^([^[\]]+)\[(.*)\]$/s.exec(given) ?? [];
    const before = found.get(name);
    if (key === undefined) found.set(name, value);
    else if (key === '') found.set(name, [...(Array.isArray(before) ? before : []), value]);
    else found.set(name, new Map(before instanceof Map ? before : []).set(key, value));
  }
  return Object.fromEntries(
    Array.from(found, ([name, value]) => [
      name,
      value instanceof Map ? Object.fromEntries(value) : value,
    ]),
  );
}
