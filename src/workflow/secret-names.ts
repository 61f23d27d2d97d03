/** Which names of environment variables are those of secrets. */
export type IsSecret = (name: string) => boolean;

/** `*` in a pattern is any text, also none; upper and lower case are one. */
export function secretNames(patterns: readonly string[]): IsSecret {
  const any = patterns.map((pattern) => new RegExp(`^${wildcards(pattern)}$`, 'is'));
  return (name) => any.some((pattern) => pattern.test(name));
}

const wildcards = (pattern: string): string =>
  // Stars side by side are one: each for itself would try every way to share the name among them.
  pattern
    .split(/\*+/)
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('.*');
