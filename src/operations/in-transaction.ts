/** The only place that opens a transaction. */
import { UserError } from '../errors.ts';
import { insertAudit, type AuditEntry } from '../store/audit.ts';
import { isConnectionLost, isRolledBack, type Database, type Tx } from '../store/database.ts';

/** A wish that was not granted, to be remembered although its transaction is undone. */
export class RefusedError extends UserError {
  readonly audit: AuditEntry;

  constructor(refusal: UserError, audit: AuditEntry) {
    super(refusal.code, refusal.message, refusal.details);
    this.audit = audit;
  }
}

/**
 * Runs operations in one transaction. A deadlock, a serialization failure or a lost connection is
 * tried once more: whether the first try took effect is then unknown, which is why operations
 * know a repeated wish by its key. The audit row of a refused wish is written after the rollback.
 */
export async function inTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.transaction(work).catch((error: unknown) => {
      if (isRolledBack(error) || isConnectionLost(error)) return db.transaction(work);
      throw error;
    });
  } catch (error) {
    if (error instanceof RefusedError) await insertAudit(db, error.audit);
    throw error;
  }
}
