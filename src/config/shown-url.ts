/** An address as people may read it. */

/**
 * Without user, password, query and fragment, in which people put what nobody else should know, and
 * without those parts of its path that look like a key: whoever knows them may write to a chat.
 */
export function shownUrl(address: string): string {
  if (!URL.canParse(address)) return '(not an address)';
  const { protocol, host, pathname, search, username, password } = new URL(address);
  const user = username + password === '' ? '' : '***@';
  const path = pathname
    .split('/')
    .map((part) => (isKey(part) ? '***' : part))
    .join('/');
  return `${protocol}//${user}${host}${path}${search === '' ? '' : '?***'}`;
}

/** Long, with letters and digits in it: no word that somebody has thought of. */
const isKey = (part: string): boolean =>
  part.length >= 16 && /\d/.test(part) && /[a-z]/i.test(part);
