/** What nobody can take back: a retry of a lost command that may still run is a second copy of it. */
import { UserError } from '../errors.ts';
import { mayStillRunOn } from '../store/executions.ts';
import type { Tx } from '../store/database.ts';
import type { StoredToken } from '../store/tokens.ts';

/** Not done: whoever asked is to read this first, and to ask again with the risk accepted. */
export class RiskyRetry extends UserError {
  readonly tokenId: number;

  constructor(tokenId: number, host: string) {
    super(
      'conflict',
      `The lost command may still run on ${host}. Retry may run it twice: make sure first.`,
    );
    this.tokenId = tokenId;
  }
}

/** Throws RiskyRetry when the command that failed the step is lost and nobody has seen its end. */
export async function refuseRisk(tx: Tx, { id, attempt }: StoredToken): Promise<void> {
  const host = await mayStillRunOn(tx, id, attempt);
  if (host !== null) throw new RiskyRetry(id, host);
}
