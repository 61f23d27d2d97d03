/** An address as people may read it. */

/** Without user, password, query and fragment, in which people put what nobody else should know. */
export function shownUrl(address: string): string {
  if (!URL.canParse(address)) return '(not an address)';
  const { protocol, host, pathname, search, username, password } = new URL(address);
  const user = username + password === '' ? '' : '***@';
  return `${protocol}//${user}${host}${pathname}${search === '' ? '' : '?***'}`;
}
