/** Why there is no guardian for a data folder. */

/** `taken`: another guardian has it. `failed`: it could not start. */
export type GuardianErrorReason = 'taken' | 'failed';

export class GuardianError extends Error {
  readonly reason: GuardianErrorReason;
  constructor(reason: GuardianErrorReason, message: string) {
    super(message);
    this.name = 'GuardianError';
    this.reason = reason;
  }
}
