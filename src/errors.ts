/** The only errors a person sees. Everything else is logged and answered with a reference. */

export type Refusal = 'not_found' | 'forbidden' | 'conflict' | 'invalid';

const httpStatus = { not_found: 404, forbidden: 403, conflict: 409, invalid: 422 } as const;

/** An answer in plain words to somebody whose wish could not be granted. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: Refusal;
  /** One entry a problem, where there are several (fields, lines, candidates). */
  readonly details: readonly string[];

  constructor(code: Refusal, message: string, details: readonly string[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get httpStatus(): number {
    return httpStatus[this.code];
  }
}

export const notFound = (message: string): UserError => new UserError('not_found', message);
export const forbidden = (message: string): UserError => new UserError('forbidden', message);
export const conflict = (message: string, details: readonly string[] = []): UserError =>
  new UserError('conflict', message, details);
export const invalid = (message: string, details: readonly string[] = []): UserError =>
  new UserError('invalid', message, details);
