/** `GET .../instances/:instance_id/output`: a page of it, or all of it while it is written. */
import { z } from 'zod';
import { tooManyRequests } from '@hapi/boom';
import { apiRoute, type ApiRoute } from '../api-route.ts';
import { instanceParams, queryNumber } from '../fields.ts';
import { headerOf } from '../header-of.ts';
import { outputPart, partBody } from '../output/part-body.ts';
import { beginning, parsePosition, positionPattern, positionText } from '../output/position.ts';
import { readOn } from '../output/read-on.ts';
import { isOver, streamOutput } from '../output/stream-output.ts';
import { readableInstance } from '../readable-instance.ts';
import type { HttpContext } from '../http-context.ts';
import type { InstanceWatch } from '../output/instance-watch.ts';

const usualBytes = 65_536;
const mostBytes = 1_048_576;
/** Of one client at a time. */
const mostStreams = 32;

const position = z
  .string()
  .max(16_000)
  .regex(positionPattern, 'is none that was given out')
  .transform(parsePosition)
  .optional();

export function instanceOutput(context: HttpContext, watch: InstanceWatch): ApiRoute {
  const { db, log } = context;
  const streams = new Map<string, number>();

  const count = (client: string, by: 1 | -1): void => {
    const now = (streams.get(client) ?? 0) + by;
    if (now === 0) streams.delete(client);
    else streams.set(client, now);
  };

  return apiRoute({
    method: 'GET',
    path: '/v1/definitions/{id}/instances/{instance_id}/output',
    summary: 'What the commands of an instance have written',
    description: [
      'A page; `next_cursor` is where to go on, also later on, and null once the instance has ended and all was told.',
      'With `Accept: text/event-stream` it is followed: events `output` (a part, whose id resumes after it as `Last-Event-ID`), `status`, and in the end `end`. A stream that is resumed after its end is a 204.',
    ].join('\n\n'),
    access: 'read',
    params: instanceParams,
    query: z.strictObject({
      cursor: position,
      limit: queryNumber(
        1_024,
        mostBytes,
        `About so many bytes; ${usualBytes} when left out.`,
      ).optional(),
    }),
    headers: z.object({ 'last-event-id': position }),
    answers: {
      200: {
        description: 'A page.',
        schema: z.object({
          id: z.int(),
          output: z.array(outputPart),
          next_cursor: z.string().nullable(),
        }),
      },
      204: { description: 'Of a stream: there is nothing to come.' },
    },
    handle: async ({ actor, params, query, headers, request }, h) => {
      const { instance } = await readableInstance(context, actor, params);
      const from = headers['last-event-id'] ?? query.cursor ?? beginning;
      const isStream = headerOf(request, 'accept')?.includes('text/event-stream') === true;
      const page = await readOn(db, instance.id, from, isStream ? 1 : (query.limit ?? usualBytes));
      const isAll = isOver(instance.status) && !page.more && page.position.open.size === 0;
      if (!isStream) {
        return {
          id: instance.id,
          output: page.parts.map(partBody),
          next_cursor: isAll ? null : positionText(page.position),
        };
      }
      if (isAll && page.parts.length === 0 && headers['last-event-id'] !== undefined) {
        return h.response().code(204);
      }
      if ((streams.get(actor.id) ?? 0) >= mostStreams) {
        throw tooManyRequests(`This key follows ${mostStreams} outputs already. End one first.`);
      }
      count(actor.id, 1);
      const onEnd = () => count(actor.id, -1);
      const stream = streamOutput({ db, watch, log, instanceId: instance.id, from, onEnd });
      return (
        h
          .response(stream)
          .type('text/event-stream')
          .header('cache-control', 'no-cache')
          .header('x-accel-buffering', 'no')
          // Else a server that stops would wait for the connection.
          .header('connection', 'close')
      );
    },
  });
}
