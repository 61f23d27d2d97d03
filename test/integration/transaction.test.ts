import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isConnectionLost, openDatabase, type Database } from '../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  db = openDatabase(test.url, { max: 1 });
  await db.query('create table marks (mark int primary key)');
});
afterAll(async () => {
  await db.close();
  await test.drop();
});

const mark = (which: number) => [`insert into marks values (${which})`] as const;
const marks = async () =>
  (await db.query<{ mark: number }>('select mark from marks order by mark')).map((row) => row.mark);

/** Refused before anything is sent. */
const unwritable = {
  toPostgres: () => {
    throw new Error('cannot be written');
  },
};

describe('what a transaction leaves to its commit', () => {
  beforeEach(() => db.query('truncate marks'));

  it('is written with it, and seen by what is asked after it', async () => {
    const seen = await db.transaction(async (tx) => {
      tx.leave(tx.query(...mark(1)));
      return tx.query('select mark from marks');
    });
    expect(seen).toEqual([{ mark: 1 }]);
    expect(await marks()).toEqual([1]);
  });

  it('undoes all of it when it fails, and says why', async () => {
    const asked = db.transaction(async (tx) => {
      await tx.query(...mark(1));
      tx.leave(tx.query('select 1 / 0'));
      return 'done';
    });
    await expect(asked).rejects.toMatchObject({ code: '22012' });
    expect(await marks()).toEqual([]);
  });

  it('says so also where what was asked after it was refused for its sake', async () => {
    const asked = db.transaction(async (tx) => {
      tx.leave(tx.query('select 1 / 0'));
      await tx.query(...mark(1));
    });
    await expect(asked).rejects.toMatchObject({ code: '22012' });
    expect(await marks()).toEqual([]);
  });

  it('undoes all of it also where it fails before it is asked', async () => {
    const asked = db.transaction(async (tx) => {
      await tx.query(...mark(1));
      tx.leave(tx.query({ name: 'x', text: 'select $1' }, [unwritable]));
    });
    await expect(asked).rejects.toThrow('cannot be written');
    expect(await marks()).toEqual([]);
  });

  it('is undone when something else fails, which is said then', async () => {
    const asked = db.transaction(async (tx) => {
      tx.leave(tx.query(...mark(1)));
      throw new Error('another reason');
    });
    await expect(asked).rejects.toThrow('another reason');
    expect(await marks()).toEqual([]);
    await db.transaction(async (tx) => tx.leave(tx.query(...mark(2))));
    expect(await marks()).toEqual([2]);
  });

  it('fails with its connection, and the next transaction has another', async () => {
    const asked = db.transaction(async (tx) => {
      tx.leave(tx.query('select pg_terminate_backend(pg_backend_pid())'));
    });
    await expect(asked).rejects.toSatisfy(isConnectionLost);
    await db.transaction(async (tx) => tx.leave(tx.query(...mark(1))));
    expect(await marks()).toEqual([1]);
  });
});
