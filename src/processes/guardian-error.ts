/** What can go wrong between a client and its guardian, with a reason a program can read. */
import type { RefusedReason } from '../guardian/protocol.ts';

/**
 * `closed`: the connection is gone, commands may run on. `unknown`: no such execution. `failed`: the guardian could not do it.
 * `taken`: another guardian has the folder. `ending`, `acknowledged`: a submit that started nothing.
 */
export type GuardianErrorReason = RefusedReason | 'closed' | 'unknown' | 'failed' | 'taken';

export class GuardianError extends Error {
  readonly reason: GuardianErrorReason;
  constructor(reason: GuardianErrorReason, message: string) {
    super(message);
    this.name = 'GuardianError';
    this.reason = reason;
  }
}
