/** Chooses the OS user that runs Postgres when Kuroko itself is root, which Postgres refuses to be. */

import { readFileSync } from 'node:fs';

/** An OS user by name and numbers. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * Undefined when this process is not root: then the server simply runs as the same user.
 * Throws when there is no user to choose. The user must stand in /etc/passwd, because initdb looks its name up.
 */
export function chooseAccount(
  uid: number | undefined = process.getuid?.(),
  passwd: string = readFileSync('/etc/passwd', 'utf8'),
): Account | undefined {
  if (uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const account = accountNamed(name, passwd);
    if (account) return account;
  }
  throw new Error(
    'Postgres refuses to run as root, and there is no OS user `postgres` to run it: ' +
      'add one (useradd --system postgres), start Kuroko as an ordinary user, or set DATABASE_URL.',
  );
}

function accountNamed(name: string, passwd: string): Account | undefined {
  const line = passwd.split('\n').find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid && gid && uid !== '0' ? { name, uid: Number(uid), gid: Number(gid) } : undefined;
}
