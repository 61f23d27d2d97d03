/**
 * A route of the API, declared once: what it takes, what it answers, and what a key must be good for.
 * The check of requests and the document at `/openapi.json` are both made of that.
 */
import type { Lifecycle, Request, ResponseToolkit, ServerRoute } from '@hapi/hapi';
import type { z } from 'zod';
import { clientActor, requireScope, strategy } from './authenticate-client.ts';
import { checkRequest, type Checked, type Schemas } from './check-request.ts';
import type { ApiScope } from '../config.ts';
import type { Actor } from '../operations/actor.ts';

/** A scope of the key; any key at all; nobody asked; or a proof that the route sees to by itself. */
export type Access = ApiScope | 'any key' | 'everybody' | 'own proof';

export interface Answer {
  readonly description: string;
  /** Left out: no body. */
  readonly schema?: z.ZodType;
  /** Left out: JSON. */
  readonly type?: string;
}

export interface Description {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As Hapi writes it: `/v1/definitions/{id}`. */
  readonly path: string;
  /** Half a sentence, as the title of the route. */
  readonly summary: string;
  /** What else is to be known, in sentences. */
  readonly description?: string;
  readonly access: Access;
  /** By status: what it answers when all is well, and refusals of its own, such as 409. */
  readonly answers: Readonly<Record<number, Answer>>;
}

/** What a handler is given: checked, and typed by the schemas. */
export interface Asked<Params, Query, Headers, Payload> extends Checked<
  Params,
  Query,
  Headers,
  Payload
> {
  readonly actor: Actor;
  readonly request: Request;
}

export interface Declared<Params, Query, Headers, Payload>
  extends Description, Schemas<Params, Query, Headers, Payload> {
  /** Of the body; 64 KB when left out. */
  readonly maxBytes?: number;
  /** Whatever the body calls itself, it is taken as it comes. */
  readonly anyType?: true;
  readonly handle: (
    asked: Asked<Params, Query, Headers, Payload>,
    h: ResponseToolkit,
  ) => Promise<Lifecycle.ReturnValue>;
}

export interface ApiRoute extends Description, Schemas<unknown, unknown, unknown, unknown> {
  /** As the server takes it. */
  readonly server: ServerRoute;
}

const usualMaxBytes = 65_536;

export function apiRoute<Params, Query, Headers, Payload>(
  declared: Declared<Params, Query, Headers, Payload>,
): ApiRoute {
  const { method, path, access, maxBytes = usualMaxBytes, anyType = false, handle } = declared;
  const open = access === 'everybody' || access === 'own proof';
  const server: ServerRoute = {
    method,
    path,
    options: {
      auth: open ? false : strategy,
      tags: ['api'],
      ...(method !== 'GET' && {
        payload: {
          parse: false,
          output: 'data',
          maxBytes,
          ...(anyType && { override: 'application/octet-stream' }),
        },
      }),
    },
    handler: (request, h) => {
      if (!open && access !== 'any key') requireScope(request, access);
      const actor = open ? nobody : clientActor(request);
      return handle({ ...checkRequest(request, declared), actor, request }, h);
    },
  };
  return { ...declared, server };
}

/** Who has not shown a key: may do nothing, whatever a route forgets to ask. */
const nobody: Actor = { kind: 'api', id: '', name: 'somebody', scopes: [], tags: [] };
