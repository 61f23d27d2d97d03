/** Tags as they are stored: none has a comma, or blanks around it. */

/** Each once, in the order they came; a text with commas is several. */
export function splitTags(tags: readonly string[]): string[] {
  const split = tags.flatMap((tag) => tag.split(/[,、]/)).map((tag) => tag.trim());
  return [...new Set(split.filter((tag) => tag !== ''))];
}
