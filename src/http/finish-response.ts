/** The last thing that happens to every answer: errors in one shape, headers as documented. */
import { createHash, randomUUID } from 'node:crypto';
import type { Lifecycle, Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import { errorBody, type ErrorBody, type Failure } from './error-body.ts';
import { headerOf } from './header-of.ts';
import { answerPage } from './page/answer-page.ts';
import type { Log } from '../log.ts';

export function finishResponse(
  request: Request,
  h: ResponseToolkit,
  log: Log,
): Lifecycle.ReturnValue {
  const { response } = request;
  const answer =
    response instanceof Error
      ? errorAnswer(request, h, response, log)
      : taggedAnswer(request, h, response);
  return withCommonHeaders(request, answer);
}

function errorAnswer(
  request: Request,
  h: ResponseToolkit,
  failure: Failure,
  log: Log,
): ResponseObject {
  const error = errorBody(request, failure, log);
  const answer = wantsPage(request)
    ? answerPage(h, 'error', { title: titleOf(error), message: error.message })
    : h.response({ ...error });
  const challenge = failure.output.headers['WWW-Authenticate'];
  if (typeof challenge === 'string') answer.header('www-authenticate', challenge);
  const wait = error.status_code === 503 ? 5 : failure.output.headers['retry-after'];
  if (typeof wait === 'number') answer.header('retry-after', String(wait));
  return answer.code(error.status_code).header('cache-control', 'no-cache');
}

const wantsPage = (request: Request): boolean =>
  request.route.settings.tags?.includes('page') === true &&
  headerOf(request, 'accept')?.includes('text/html') === true;

const titleOf = ({ status_code }: ErrorBody): string =>
  ({ 401: 'Who are you?', 404: 'Not found' })[status_code] ??
  (status_code < 500 ? 'Not possible' : 'Something went wrong');

/** What clients got to see has an ETag, as in Rails, and is not sent again to who has it already. */
function taggedAnswer(
  request: Request,
  h: ResponseToolkit,
  response: ResponseObject,
): ResponseObject {
  const { source, statusCode } = response;
  const { tags = [] } = request.route.settings;
  const isOurs = tags.includes('api') || tags.includes('page');
  if (!isOurs || statusCode > 201 || isStream(source)) return response;
  const body = typeof source === 'string' ? source : JSON.stringify(source);
  const etag = `W/"${createHash('md5').update(body).digest('hex')}"`;
  const answer = isKnown(request, etag) ? h.response().code(304) : response;
  return answer.header('etag', etag).header('cache-control', 'max-age=0, private, must-revalidate');
}

const isStream = (source: unknown): boolean =>
  typeof source === 'object' && source !== null && 'pipe' in source;

/** Weak comparison, as If-None-Match asks for (RFC 9110, 13.1.2). */
function isKnown(request: Request, etag: string): boolean {
  if (request.method !== 'get' && request.method !== 'head') return false;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (headerOf(request, 'if-none-match') ?? '')
    .split(',')
    .some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag));
}

function withCommonHeaders(request: Request, response: ResponseObject): ResponseObject {
  const sent = headerOf(request, 'x-request-id');
  const kept = sent !== undefined && /^[\w@.-]{1,255}$/.test(sent);
  const seconds = (Date.now() - request.info.received) / 1_000;
  return response
    .header('x-request-id', kept ? sent : randomUUID())
    .header('x-runtime', seconds.toFixed(6))
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'SAMEORIGIN')
    .header('x-xss-protection', '1; mode=block');
}
