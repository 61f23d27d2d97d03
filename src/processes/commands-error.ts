/** What can go wrong between a client and whoever runs its commands, with a reason a program can read. */
import type { RefusedReason } from '../guardian/protocol.ts';

/**
 * `closed`: the connection is gone, commands may run on. `unknown`: no such execution. `failed`: it could not be done.
 * `ending`, `acknowledged`: a submit that started nothing.
 */
export type CommandsErrorReason = RefusedReason | 'closed' | 'unknown' | 'failed';

export class CommandsError extends Error {
  readonly reason: CommandsErrorReason;
  constructor(reason: CommandsErrorReason, message: string) {
    super(message);
    this.name = 'CommandsError';
    this.reason = reason;
  }
}
