/** Basic authentication of the API's clients. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { forbidden, unauthorized } from '@hapi/boom';
import type { Request, ServerAuthSchemeObject } from '@hapi/hapi';
import { headerOf } from './header-of.ts';
import type { Actor } from '../operations/actor.ts';

export interface ApiClient {
  readonly name: string;
  readonly key: string;
}

/** The name under which routes ask for it: `options: { auth: strategy }`. */
export const strategy = 'api-client';

/** A Hapi scheme that lets in whoever names one of `clients` and its key; without clients, nobody. */
export function authenticateClient(clients: readonly ApiClient[]): ServerAuthSchemeObject {
  const known = clients.map(({ name, key }) => ({ name, digest: digest(name, key) }));
  return {
    authenticate(request, h) {
      const given = credentialsOf(headerOf(request, 'authorization') ?? '');
      const client = given === null ? null : clientOf(given, known);
      if (client === null) {
        throw unauthorized('The name or the key of the client is wrong or missing.', 'Basic', {
          realm: 'Kuroko',
        });
      }
      if (isFromAnotherSite(request)) {
        // A browser that knows the key for our pages would send it along with anybody's form.
        throw forbidden('Pages of other sites may not change anything here.');
      }
      return h.authenticated({ credentials: { client } });
    },
  };
}

/** The client that was let in, as an actor. */
export function clientActor(request: Request): Actor {
  const name = String(request.auth.credentials['client']);
  return { kind: 'api', id: name, name, place: request.info.remoteAddress };
}

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
function clientOf(
  given: { name: string; key: string },
  known: readonly { name: string; digest: Buffer }[],
): string | null {
  const wanted = digest(given.name, given.key);
  let found: string | null = null;
  for (const client of known) {
    if (timingSafeEqual(client.digest, wanted)) found = client.name;
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
