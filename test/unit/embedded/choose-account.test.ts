import { describe, expect, it } from 'vitest';
import { chooseAccount } from '../../../src/embedded/choose-account.ts';

const root = 'root:x:0:0:root:/root:/bin/bash\n';
const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';
const postgres = 'postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n';

describe('the user that runs the embedded Postgres', () => {
  it('is whoever started Kuroko, when that is not root', () => {
    expect(chooseAccount(1000, root + postgres)).toBe(undefined);
  });

  it('is postgres under root, also when others come first', () => {
    expect(chooseAccount(0, root + nobody + postgres)).toEqual({
      name: 'postgres',
      uid: 101,
      gid: 104,
    });
  });

  it('is nobody where there is no postgres', () => {
    expect(chooseAccount(0, root + nobody)).toEqual({ name: 'nobody', uid: 65_534, gid: 65_534 });
  });

  it('is never another name for root', () => {
    const disguised = 'postgres:x:0:0::/:/bin/sh\n';
    expect(chooseAccount(0, disguised + nobody)?.name).toBe('nobody');
    expect(() => chooseAccount(0, root + disguised)).toThrow('useradd --system postgres');
  });
});
