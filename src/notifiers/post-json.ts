/**
 * One POST to an address that somebody has typed in. The name is looked up here, once; every address is
 * looked at, and the socket connects to one of those and to nothing else, so that a name which means
 * something else a moment later reaches nothing else. Redirects are not followed.
 */
import { lookup, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { longestAnswer, type Answer } from './channel.ts';
import { isPublicAddress } from './public-address.ts';

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowPrivate: boolean;
  readonly resolve?: Resolve;
  readonly connectMs?: number;
}

/** What is sent and answered belongs to others: none of it, nor of the address, is in a reason. */
export async function postJson(
  address: string,
  { headers, body, allowPrivate, resolve = resolveHost, connectMs = 5_000 }: PostOptions,
  signal: AbortSignal,
): Promise<Answer> {
  if (!URL.canParse(address)) return { outcome: 'final', reason: 'it is not an address' };
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol))
    return { outcome: 'final', reason: 'it is not http or https' };
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  try {
    const known = isIP(host) === 0 ? await whileWanted(resolve(host), signal) : [literal(host)];
    const allowed = allowPrivate ? known : known.filter((one) => isPublicAddress(one.address));
    if (known.length === 0) return { outcome: 'again', reason: 'its host has no address' };
    if (allowed.length === 0) return { outcome: 'final', reason: privateReason };
    return await request(url, { headers, body, addresses: allowed, connectMs }, signal);
  } catch (error) {
    return { outcome: 'again', reason: reasonOf(error, signal) };
  }
}

const privateReason = 'its host is of a private network (allow_private_addresses is off)';

interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly addresses: readonly LookupAddress[];
  readonly connectMs: number;
}

function request(
  url: URL,
  { headers, body, addresses, connectMs }: Request,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { request: open } = url.protocol === 'https:' ? https : http;
    const sent = open(url, {
      method: 'POST',
      // Kept connections would have to be told apart by what their addresses were at the time.
      agent: false,
      lookup: pinned(addresses),
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      signal,
    });
    const slow = setTimeout(() => sent.destroy(new Error(notReached)), connectMs);
    sent.once('socket', (socket) => {
      const ready = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      socket.once(ready, () => clearTimeout(slow));
    });
    sent.once('error', reject);
    sent.once('close', () => clearTimeout(slow));
    sent.once('response', (response) => {
      const status = response.statusCode ?? 0;
      beginningOf(response)
        .then((text) => resolve({ ...judged(status), status, ...(text !== '' && { text }) }))
        .catch(reject)
        .finally(() => sent.destroy());
    });
    sent.end(body);
  });
}

function judged(status: number): Pick<Answer, 'outcome' | 'reason'> {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const redirect = status >= 300 && status < 400;
  const reason = `it answered ${status}${redirect ? ', and redirects are not followed' : ''}`;
  return { outcome: 'again', reason };
}

/** What it says is for people who look into what went wrong: whoever takes long over it is not waited for. */
const answerMs = 1_000;

/** At most so many characters; what was said by then, where the line is cut or the rest is slow. */
function beginningOf(response: http.IncomingMessage): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(late);
      resolve(Array.from(text).slice(0, longestAnswer).join(''));
    };
    const late = setTimeout(done, answerMs);
    response.on('data', (bytes: Buffer) => {
      text += decoder.write(bytes);
      if (text.length >= 2 * longestAnswer) done();
    });
    response.once('end', done).once('close', done).once('error', done);
  });
}

/** Every question of the socket is answered with the same. */
const pinned =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, options, callback) => {
    if (options.all === true) return callback(null, [...addresses]);
    const [first] = addresses;
    callback(null, first?.address ?? '', first?.family);
  };

const literal = (address: string): LookupAddress => ({ address, family: isIP(address) });

const resolveHost: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });

/** A question to a name server cannot be taken back. */
function whileWanted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const notReached = 'it could not be reached in time';

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time';
  const { code, message } = error as { code?: unknown; message?: unknown };
  const known = typeof code === 'string' ? reasons[code] : undefined;
  if (known !== undefined) return known;
  if (message === notReached) return notReached;
  return `the connection failed${typeof code === 'string' ? ` (${code})` : ''}`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host is not known',
  EAI_AGAIN: 'its host could not be looked up',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'it cut the connection',
  EPIPE: 'it cut the connection',
  ETIMEDOUT: notReached,
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not to be trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not to be trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not to be trusted',
};
