/** Tokens as they are stored. */
import type { Token } from '../workflow/token.ts';
import type { Connection, Tx } from './database.ts';

export interface StoredToken extends Token {
  readonly id: number;
  readonly instanceId: number;
  readonly key: string;
  readonly version: number;
  /** Branches that it forked and that have not finished. */
  readonly openChildren: number;
  readonly enteredAt: Date;
}

const columns =
  'id, instance_id, key, path, status, attempt, version, context, open_children, entered_at';

/** The tokens of an instance, the root's first. */
export function tokensOf(on: Connection, instanceId: number): Promise<StoredToken[]> {
  return on.query<StoredToken>(`select ${columns} from tokens where instance_id = $1 order by id`, [
    instanceId,
  ]);
}

/**
 * The same, each locked: a command that ends moves its token without the instance's lock, so who
 * decides about a token must hold the token as well. The instance is locked first.
 */
export function lockTokens(tx: Tx, instanceId: number): Promise<StoredToken[]> {
  return tx.query<StoredToken>(
    `select ${columns} from tokens where instance_id = $1 order by id for no key update`,
    [instanceId],
  );
}

/** Those of some keys: a token and all that it stems from are enough for most that can happen to it. */
export function lockTokensByKey(
  tx: Tx,
  instanceId: number,
  keys: readonly string[],
): Promise<StoredToken[]> {
  return tx.query<StoredToken>(
    {
      name: 'lock-tokens-by-key',
      text: `
select ${columns} from tokens where instance_id = $1 and key = any($2)
order by id for no key update`,
    },
    [instanceId, keys],
  );
}

/** Which token of which instance an id is; neither ever changes. */
export async function placeOfToken(
  on: Connection,
  tokenId: number,
): Promise<Pick<StoredToken, 'instanceId' | 'key'> | null> {
  const [row] = await on.query<Pick<StoredToken, 'instanceId' | 'key'>>(
    'select instance_id, key from tokens where id = $1',
    [tokenId],
  );
  return row ?? null;
}
