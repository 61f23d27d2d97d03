/** Errors as clients read them: Kuroko2's shape and names; what is nobody's fault only as a reference. */
import { randomBytes } from 'node:crypto';
import type { Request } from '@hapi/hapi';
import { UserError, type Refusal } from '../errors.ts';
import { isConnectionLost } from '../store/database.ts';
import type { Log } from '../log.ts';

export interface ErrorBody {
  readonly status_code: number;
  readonly error_code: string;
  readonly message: string;
}

/** As Hapi hands errors on, its own and ours. */
export type Failure = Error & {
  readonly code?: string;
  readonly output: { readonly statusCode: number; readonly headers: Record<string, unknown> };
};

/** Never tells more than the sentence of a UserError; everything from 500 on is logged with its reference. */
export function errorBody(request: Request, error: Failure, log: Log): ErrorBody {
  if (error instanceof UserError) {
    const message = [error.message, ...error.details].join(' ');
    return { status_code: error.httpStatus, error_code: refusalCodes[error.code], message };
  }
  const status = error.output.statusCode;
  if (status < 500) {
    // What Hapi itself has to say is not in our words.
    const message = hapiMessages[status]?.(error.message) ?? error.message;
    return { status_code: status, error_code: statusCodes[status] ?? 'bad_request', message };
  }
  const reference = randomBytes(4).toString('hex');
  log.error(
    {
      reference,
      method: request.method,
      path: request.path,
      // Not the error as it is: a database's carries the values of the row.
      error: { message: error.message, code: error.code, stack: error.stack },
    },
    'a request failed',
  );
  return isConnectionLost(error)
    ? {
        status_code: 503,
        error_code: 'service_unavailable',
        message: `The database cannot be reached at the moment. Reference: ${reference}.`,
      }
    : {
        status_code: 500,
        error_code: 'internal_server_error',
        message: `Something went wrong. Reference: ${reference}.`,
      };
}

const refusalCodes: Readonly<Record<Refusal, string>> = {
  not_found: 'record_not_found',
  forbidden: 'forbidden',
  conflict: 'conflict',
  invalid: 'unprocessable_entity',
};

const hapiMessages: Readonly<Record<number, (text: string) => string | null>> = {
  400: (text) =>
    text === 'Bad Request' ? 'The request cannot be read, or took too long to arrive.' : null,
  404: (text) => (text === 'Not Found' ? 'There is nothing at this address.' : null),
  408: () => 'The request took too long to arrive.',
  413: () => 'The body is too large.',
};

const statusCodes: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'record_not_found',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};
