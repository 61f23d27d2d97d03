/** Tokens as they are stored. */
import type { Token } from '../workflow/token.ts';
import type { Connection } from './database.ts';

export interface StoredToken extends Token {
  readonly id: number;
  readonly instanceId: number;
  readonly key: string;
  readonly version: number;
  readonly enteredAt: Date;
}

/** The tokens of an instance, the root's first. */
export function tokensOf(on: Connection, instanceId: number): Promise<StoredToken[]> {
  return on.query<StoredToken>(
    `select id, instance_id, key, path, status, attempt, version, context, entered_at
     from tokens where instance_id = $1 order by id`,
    [instanceId],
  );
}
