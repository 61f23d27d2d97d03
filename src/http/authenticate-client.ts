/** Basic authentication of the API's clients. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { forbidden, tooManyRequests, unauthorized } from '@hapi/boom';
import type { Request, ServerAuthSchemeObject } from '@hapi/hapi';
import { createRateLimit } from './rate-limit.ts';
import { headerOf } from './header-of.ts';
import { forbidden as forbid } from '../errors.ts';
import type { ApiClient, ApiRate, ApiScope } from '../config.ts';
import type { Actor } from '../operations/actor.ts';

/** The name under which routes ask for it: `options: { auth: strategy }`. */
export const strategy = 'api-client';

/**
 * A Hapi scheme that lets in whoever names one of `clients` and its key, as often as `rate` allows;
 * without clients, nobody. Own, because @hapi/basic answers 400 to a malformed header where Kuroko2
 * answered 401, and misreads credentials that have the characters \\n within them.
 */
export function authenticateClient(
  clients: readonly ApiClient[],
  rate: ApiRate,
): ServerAuthSchemeObject {
  const waitOf = createRateLimit(rate);
  const known = clients.map((client) => ({ client, digest: digest(client.name, client.key) }));
  return {
    authenticate(request, h) {
      const given = credentialsOf(headerOf(request, 'authorization') ?? '');
      const client = given === null ? null : namedBy(given, known);
      if (client === null) {
        throw unauthorized('The name or the key of the client is wrong or missing.', 'Basic', {
          realm: 'Kuroko',
        });
      }
      if (isFromAnotherSite(request)) {
        // A browser that knows the key for our pages would send it along with anybody's form.
        throw forbidden('Pages of other sites may not change anything here.');
      }
      const seconds = waitOf(client.name);
      if (seconds > 0) throw tooOften(seconds);
      return h.authenticated({ credentials: { client } });
    },
  };
}

function tooOften(seconds: number): Error {
  const error = tooManyRequests('This key is used too often. Come back a little later.');
  error.output.headers['retry-after'] = seconds;
  return error;
}

/** The client that was let in, as an actor. */
export function clientActor(request: Request): Actor {
  const { name, scopes, tags } = clientOf(request);
  return { kind: 'api', id: name, name, place: request.info.remoteAddress, scopes, tags };
}

/** Throws Forbidden, before anything of the request is looked at, where the key is not good for it. */
export function requireScope(request: Request, scope: ApiScope): void {
  const { scopes } = clientOf(request);
  if (!scopes.includes(scope)) throw forbid(`This key lacks the scope "${scope}".`);
}

/** Only what has one of them is for it; null: everything. */
export const tagsOfKey = (request: Request): readonly string[] | null => clientOf(request).tags;

const clientOf = (request: Request): ApiClient => request.auth.credentials['client'] as ApiClient;

/**
 * The documented curl sends a literal `\n` after the base64, and Ruby's encode64 puts line ends
 * in it: neither a backslash nor white space is part of base64.
 */
function credentialsOf(header: string): { name: string; key: string } | null {
  const [, encoded] = /^\s*basic\s+(.+)$/is.exec(header) ?? [];
  const base64 = encoded?.replaceAll(/\\n|\s/g, '') ?? '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const [, name, key] = /^([^:]*):(.*)$/s.exec(Buffer.from(base64, 'base64').toString()) ?? [];
  return name === undefined || key === undefined ? null : { name, key };
}

const salt = randomBytes(32);

const digest = (name: string, key: string): Buffer =>
  createHmac('sha256', salt)
    .update(JSON.stringify([name, key]))
    .digest();

/** Every client is compared, whole, whatever the name: the time taken tells nothing. */
function namedBy(
  given: { name: string; key: string },
  known: readonly { client: ApiClient; digest: Buffer }[],
): ApiClient | null {
  const wanted = digest(given.name, given.key);
  let found: ApiClient | null = null;
  for (const one of known) {
    if (timingSafeEqual(one.digest, wanted)) found = one.client;
  }
  return found;
}

function isFromAnotherSite(request: Request): boolean {
  if (request.method === 'get' || request.method === 'head') return false;
  const site = headerOf(request, 'sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = headerOf(request, 'origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== headerOf(request, 'host');
}
