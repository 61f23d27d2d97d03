/**
 * Names the tokens of an instance before a database has numbered them: `/1.0/3.2` is the third
 * branch (2) of a fork that the first branch of the root's (0) entered as its third attempt. A
 * token's attempt grows with each fork that it enters, so that no key comes twice.
 */
export function branchKey(
  parent: { readonly key: string; readonly attempt: number },
  index: number,
) {
  return `${parent.key}/${parent.attempt}.${index}`;
}

/** The token that forked this one; of the root's itself. */
export function parentKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

/** A token's key and those of all that it stems from, the root's last. */
export function lineageKeys(key: string): string[] {
  const keys: string[] = [];
  for (let each = key; each !== ''; each = parentKey(each)) keys.push(each);
  return [...keys, ''];
}
