/**
 * Rows as parameters of a statement, an array for each of their columns: the same rows as JSON, which names each column in each
 * row, take the server five times as long to read.
 */
import { storableJson, storableText } from './storable.ts';

type Type = 'bigint' | 'int' | 'float8' | 'boolean' | 'text' | 'jsonb';

/** By the name in SQL: its type, and what a row has there. Null and undefined are NULL. */
type Columns<Row> = Readonly<Record<string, readonly [Type, (row: Row) => unknown]>>;

interface RowSet {
  /** All of its columns, for a list. */
  readonly names: string;
  /** For a FROM, as `r`; the rows come in their order. */
  readonly from: string;
}

export interface RowSets<Rows> {
  readonly of: { readonly [Name in keyof Rows]: RowSet };
  /** The parameters of the statement, all of them. */
  readonly values: (rows: { readonly [Name in keyof Rows]: readonly Rows[Name][] }) => unknown[];
}

/** Sets of rows of several kinds, which one statement writes. */
export function rowSets<Rows extends object>(kinds: {
  readonly [Name in keyof Rows]: Columns<Rows[Name]>;
}): RowSets<Rows> {
  let parameters = 0;
  const setOf = (columns: Columns<never>): RowSet => {
    const names = Object.keys(columns).join(', ');
    const arrays = Object.values(columns).map(([type]) => `$${(parameters += 1)}::${type}[]`);
    return { names, from: `unnest(${arrays.join(', ')}) as r (${names})` };
  };
  const all = Object.entries(kinds) as [keyof Rows, Columns<unknown>][];
  return {
    of: Object.fromEntries(
      all.map(([name, columns]) => [name, setOf(columns)]),
    ) as RowSets<Rows>['of'],
    values: (rows) =>
      all.flatMap(([name, columns]) =>
        Object.values(columns).map(([type, valueOf]) => arrayOf(type, rows[name], valueOf)),
      ),
  };
}

/** As the server reads an array. Written here, for pg looks at each value twice as long. */
function arrayOf<Row>(type: Type, rows: readonly Row[], valueOf: (row: Row) => unknown): string {
  let [known, element]: [unknown, string] = [null, 'NULL'];
  const elements = rows.map((row) => {
    const value = valueOf(row);
    // Those launched together often have much in common.
    if (value !== known) [known, element] = [value, elementOf(type, value)];
    return element;
  });
  return `{${elements.join(',')}}`;
}

function elementOf(type: Type, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  // It has no control characters: as a string in JSON it is written as in an array, and natively.
  if (type === 'jsonb') return JSON.stringify(storableJson(value));
  return typeof value === 'string' ? quoted(storableText(value)) : JSON.stringify(value);
}

const special = /["\\]/;

const quoted = (text: string): string =>
  `"${special.test(text) ? text.replaceAll(/["\\]/g, String.raw`\$&`) : text}"`;
