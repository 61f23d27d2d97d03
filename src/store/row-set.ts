/**
 * Rows as parameters of a statement, an array for each of their columns: the same rows as JSON, which names each column in each
 * row, take the server five times as long to read.
 */
import { storableJson, storableText } from './storable.ts';

type Type = 'bigint' | 'int' | 'float8' | 'boolean' | 'text' | 'jsonb';

/** By the name in SQL: its type, and what a row has there. Null and undefined are NULL. */
export type Columns<Row> = Readonly<Record<string, readonly [Type, (row: Row) => unknown]>>;

export interface RowSet<Row> {
  /** All of its columns, for a list. */
  readonly names: string;
  /** For a FROM; the rows come in their order. */
  readonly from: string;
  /** What its parameters are for some rows. */
  readonly values: (rows: readonly Row[]) => unknown[];
  /** Number of the parameter after its last. */
  readonly next: number;
}

/**
 * @param name of the set in the statement
 * @param first number of its first parameter
 */
export function rowSet<Row>(name: string, first: number, columns: Columns<Row>): RowSet<Row> {
  const all = Object.entries(columns);
  const names = all.map(([column]) => column).join(', ');
  const arrays = all.map(([, [type]], index) => `$${first + index}::${type}[]`);
  return {
    names,
    from: `unnest(${arrays.join(', ')}) as ${name} (${names})`,
    values: (rows) =>
      all.map(([, [type, valueOf]]) => rows.map((row) => storable(type, valueOf(row)))),
    next: first + all.length,
  };
}

function storable(type: Type, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return storableJson(value);
  return typeof value === 'string' ? storableText(value) : value;
}
