/** The door to PostgreSQL: connections, rows in camelCase, transactions, and the errors of both. */
import pg from './pg.ts';

/** A statement with a name is prepared once a connection: for whatever is on the path of a step. */
export type Statement = string | { readonly name: string; readonly text: string };

export interface Connection {
  /** Runs one statement; columns come back in camelCase, bigint as number, times as Date. */
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

declare const transaction: unique symbol;
/** A connection inside a transaction: what operations and every writing statement ask for. */
export type Tx = Connection & {
  readonly [transaction]: true;
  /**
   * Leaves it to the commit to wait for what was asked: it goes with it, in one way to the server and back.
   * What fails of it fails the transaction, with its error; what is asked after it sees what it has written.
   * Not within `inSavepoint`, which could not tell whose failure it was.
   */
  leave(asked: Promise<unknown>): void;
};

export interface Database extends Connection {
  readonly url: string;
  /** One transaction; only `operations/in-transaction` calls this. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Waits for what is under way, then closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections at most. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`. */
  readonly name?: string;
  /** A statement that takes longer has failed, and its connection is given up; 30 s when left out. */
  readonly deadlineMs?: number;
  /**
   * Plans named statements once a connection, along indexes. Otherwise their first five runs are
   * planned each, which takes `commit-step` three times as long as running it.
   */
  readonly planOnce?: boolean;
}

/** Opens a pool on a PostgreSQL URL; connects when first used. */
export function openDatabase(
  url: string,
  { max = 5, name = 'kuroko', deadlineMs = 30_000, planOnce = false }: DatabaseOptions = {},
): Database {
  const pool = new pg.Pool({
    ...clientOptions(url, name),
    max,
    // What is asked without waiting for the answer before is sent at once, and answered in that order.
    pipeline: true,
    idleTimeoutMillis: 60_000,
    query_timeout: deadlineMs,
    ...(planOnce && { options: `-c plan_cache_mode=force_generic_plan ${alongIndexes}` }),
  });
  // An idle connection that breaks is replaced by the next query; nobody waits for this one.
  pool.on('error', () => {});
  let closed: Promise<void> | undefined;
  return {
    url,
    query: (statement, values) => run(pool, statement, values),
    async transaction(work) {
      const client = await pool.connect();
      const left: Promise<unknown>[] = [];
      let broken: Error | undefined;
      // Between two statements a lost connection has nobody else to tell, and would end the process.
      const onError = (error: Error) => {
        broken = error;
      };
      client.on('error', onError);
      try {
        // It fails only with its connection, and whatever is sent after it fails then, too: nobody waits for it.
        client.query('begin').catch(() => {});
        const result = await work(asTx(client, left));
        if (left.length > 0) await refusedBeforeSent(left);
        // After a failure of what was sent it is a rollback.
        await Promise.all([...left, client.query('commit')]);
        return result;
      } catch (error) {
        if (isConnectionLost(error)) broken = error as Error;
        await client.query('rollback').catch((failure: Error) => (broken = failure));
        // Whatever came after what had failed was only refused.
        await Promise.all(left);
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    },
    close: () => (closed ??= pool.end()),
  };
}

/** Throws for what was never sent, and would be missing from what is committed: that is known a turn later. */
async function refusedBeforeSent(left: readonly Promise<unknown>[]): Promise<void> {
  const turn = new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
  await Promise.race([Promise.all(left), turn]);
}

/** Without it a plan that is kept while a table is small reads all of it once it has grown. */
const alongIndexes = '-c enable_seqscan=off -c jit=off';

/** For a transaction whose statements are to find their rows along indexes, however small the tables were when they were planned: once, and kept. */
export async function planAlongIndexes(tx: Tx): Promise<void> {
  await tx.query({
    name: 'plan-along-indexes',
    text: `select set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`,
  });
}

/** What goes wrong in there is undone by itself, and the transaction goes on. */
export async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.query('savepoint nested');
  try {
    const result = await work();
    await tx.query('release savepoint nested');
    return result;
  } catch (error) {
    await tx.query('rollback to savepoint nested');
    throw error;
  }
}

/** Options of every client we open: bounded waits, so that a half-open connection is noticed. */
export function clientOptions(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    keepAlive: true,
    types: { getTypeParser },
  };
}

function asTx(client: pg.PoolClient, left: Promise<unknown>[]): Tx {
  return {
    query: <Row>(statement: Statement, values?: readonly unknown[]) =>
      run<Row>(client, statement, values),
    leave(asked) {
      // Heard at the commit: until then it is nobody's.
      asked.catch(() => {});
      left.push(asked);
    },
  } as Tx;
}

async function run<Row>(
  on: pg.Pool | pg.PoolClient,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const query = typeof statement === 'string' ? { text: statement } : statement;
  // pg copies what it is given first, property by property, and slowly: the fewer the better.
  const { rows } = await on.query<Record<string, unknown>>(query, values as unknown[]);
  return rows.map((row) => camelCased(row)) as Row[];
}

const names = new Map<string, string>();

function camelCased(row: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const column in row) {
    let name = names.get(column);
    if (name === undefined) {
      name = column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      names.set(column, name);
    }
    result[name] = row[column];
  }
  return result;
}

const int8 = 20;

/** bigint as number: ids and offsets stay far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format);
}

/** The transaction was rolled back for the sake of another: the same again may succeed. */
export function isRolledBack(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** Whether it took effect is unknown: the answer, or the way to the server, was lost. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return (
    lostCodes.has(code) ||
    code.startsWith('08') ||
    (error instanceof Error && lostMessages.test(error.message))
  );
}

/** It is not the values or the wish that the database does not take now: the same may succeed later. */
export function isTrouble(error: unknown): boolean {
  return (
    isRolledBack(error) ||
    isConnectionLost(error) ||
    (error instanceof pg.DatabaseError && troubleClasses.has(codeOf(error).slice(0, 2)))
  );
}

/** Transaction state, rollbacks, resources, locks, interventions, system and internal errors. */
const troubleClasses = new Set(['25', '40', '53', '55', '57', '58', 'XX']);

/** The database has said so, or nobody knows what it says: the transaction is over. */
export function isDatabaseError(error: unknown): boolean {
  return error instanceof pg.DatabaseError || isConnectionLost(error);
}

/** The database will never take these values, however often they are sent. */
export function isRefusedData(error: unknown): boolean {
  return codeOf(error).startsWith('22');
}

const lostCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01', // terminated by an administrator
  '57P02', // crash of another backend
  '57P03', // starting up or shutting down
  '57P05', // idle session timeout
  '53300', // too many connections
]);

// node-postgres gives these no code (its client.js and pg-pool's index.js).
const lostMessages =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed/;

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
