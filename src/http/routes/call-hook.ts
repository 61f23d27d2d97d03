/** `POST /v1/hooks/:id` launches what a hook stands for, for whoever has signed the body. */
import { tooManyRequests, unauthorized } from '@hapi/boom';
import type { Request } from '@hapi/hapi';
import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { hookRate, isSignedForHook, launchByHook } from '../../operations/launch-by-hook.ts';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { headerOf } from '../header-of.ts';
import { createRateLimit } from '../rate-limit.ts';
import { instanceState } from './show-instance.ts';
import type { HttpContext } from '../http-context.ts';

/** What GitHub and the like send of an event; no more of it is held in memory than that. */
const maxBytes = 1_024 * 1_024;
/** Calls without the right signature that are worth a line in the log, whosever they are. */
const loggedOnes = { perSecond: 1, burst: 60 };

export const callHook = ({ db, facts, log }: HttpContext): ApiRoute => {
  const pauseOfLog = createRateLimit(loggedOnes);
  return apiRoute({
    method: 'POST',
    path: '/v1/hooks/{id}',
    summary: 'Launch through a hook',
    description:
      'Signed with the secret of the hook, over exactly the bytes of the body. The same `X-Kuroko2-Id` with the same body is launched once, and gets the same answer again.',
    access: 'own proof',
    headers: z.object({
      'x-kuroko2-signature': signature('`sha256=` and the hex HMAC-SHA256 of the body.'),
      'x-hub-signature-256': signature('The same as GitHub calls it; looked at without the other.'),
      'x-kuroko2-id': z.string().optional().meta({
        description:
          'Names the delivery, 1 to 255 printable ASCII characters. `X-GitHub-Delivery` is taken as well.',
      }),
    }),
    maxBytes,
    anyType: true,
    answers: {
      201: { description: 'It was launched, or prevented.', schema: instanceState },
      401: { description: 'The signature is wrong, or there is no such hook.' },
      404: { description: 'The definition was deleted.' },
      409: { description: 'The id came before with another body, or the definition is suspended.' },
      422: { description: 'The id is missing, or a value that the hook takes from the body.' },
      429: { description: 'Too many launches of the hook.' },
    },
    handle: async ({ request }, h) => {
      const address = request.info.remoteAddress;
      const hookId =
        /^\d{1,15}$/.exec(String(request.params['id'])) && Number(request.params['id']);
      const body = (request.payload as Buffer | null) ?? Buffer.alloc(0);
      const signed = await isSignedForHook(db, { hookId, signature: signatureOf(request), body });
      if (!signed || hookId === null) {
        if (pauseOfLog('all') === 0) {
          log.warn({ hook: hookId, address }, 'a hook was called without its signature');
        }
        throw unauthorized('There is no such hook, or the signature of the body is wrong.');
      }
      const deliveryId = deliveryOf(request);
      const wish = { hookId, deliveryId, body, place: address };
      const delivered = await inTransaction(db, (tx) => launchByHook(tx, wish, facts));
      if (delivered.outcome === 'too_often') {
        throw tooOften(
          `A hook launches ${hookRate.launches} times a minute at most.`,
          hookRate.seconds,
        );
      }
      const { instanceId, status } = delivered;
      return h.response({ id: instanceId, status }).code(201);
    },
  });
};

function tooOften(message: string, seconds: number): Error {
  const error = tooManyRequests(message);
  error.output.headers['retry-after'] = seconds;
  return error;
}

const signature = (description: string) => z.string().optional().meta({ description });

const signatureOf = (request: Request): string | undefined =>
  headerOf(request, 'x-kuroko2-signature') ?? headerOf(request, 'x-hub-signature-256');

function deliveryOf(request: Request): string {
  const sent = headerOf(request, 'x-kuroko2-id') ?? headerOf(request, 'x-github-delivery') ?? '';
  if (/^[\x20-\x7e]{1,255}$/.test(sent)) return sent;
  throw invalid('X-Kuroko2-Id must name the delivery: 1 to 255 printable ASCII characters.');
}
