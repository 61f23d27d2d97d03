/** Holds a request against what its route has declared: everything that is wrong with it is told at once. */
import { badRequest } from '@hapi/boom';
import type { Request } from '@hapi/hapi';
import { z } from 'zod';
import { invalid, notFound } from '../errors.ts';
import { headerOf } from './header-of.ts';
import { nestedPairs } from './nested-pairs.ts';
import { readBody } from './read-body.ts';
import { problemSentences, requestProblem } from './request-problem.ts';

export interface Schemas<Params, Query, Headers, Payload> {
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly headers?: z.ZodType<Headers>;
  readonly payload?: z.ZodType<Payload>;
  /** Status of the answer to mistakes: 422, but for what Kuroko2 answered with 400. */
  readonly mistakes?: 400 | 422;
  /** Mistakes of the body are handed on, without the fields that have them: the handler knows of others. */
  readonly collects?: boolean;
}

export interface Checked<Params, Query, Headers, Payload> {
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly payload: Payload;
  /** Of the body, where the route collects them. */
  readonly problems: readonly string[];
}

/** Throws NotFound for an address that names nothing, else Invalid (or Bad Request) with every problem. */
export function checkRequest<Params, Query, Headers, Payload>(
  request: Request,
  schemas: Schemas<Params, Query, Headers, Payload>,
): Checked<Params, Query, Headers, Payload> {
  const params = found(schemas.params, request.params);
  const query = checked(schemas.query, () => nestedPairs(request.url.searchParams));
  const headers = checked(schemas.headers, () => request.headers);
  const payload = checked(schemas.payload, () =>
    readBody(request.payload as Buffer | null, headerOf(request, 'content-type')),
  );
  const { collects = false, mistakes = 422 } = schemas;
  const known = [...query.problems, ...headers.problems];
  const problems = collects ? known : [...known, ...payload.problems];
  if (problems.length > 0) throw refusal(problems, mistakes);
  return {
    params,
    query: query.value,
    headers: headers.value,
    payload: payload.value,
    problems: payload.problems,
  };
}

function checked<Value>(
  schema: z.ZodType<Value> | undefined,
  given: () => unknown,
): { readonly value: Value; readonly problems: readonly string[] } {
  if (schema === undefined) return { value: undefined as Value, problems: [] };
  const value = given();
  const result = schema.safeParse(value, { error: requestProblem });
  if (result.success) return { value: result.data, problems: [] };
  return { value: fieldByField(schema, value) as Value, problems: problemSentences(result.error) };
}

/** What is right of an object that has mistakes. */
function fieldByField(schema: z.ZodType, given: unknown): Readonly<Record<string, unknown>> {
  if (!(schema instanceof z.ZodObject) || typeof given !== 'object' || given === null) return {};
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(
    ([name, field]) => {
      const result = field.safeParse((given as Record<string, unknown>)[name]);
      return result.success && result.data !== undefined ? [[name, result.data] as const] : [];
    },
  );
  return Object.fromEntries(fields);
}

function refusal(problems: readonly string[], mistakes: 400 | 422): Error {
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  const summary = `The request has ${count}.`;
  return mistakes === 400
    ? badRequest([summary, ...problems].join(' '))
    : invalid(summary, problems);
}

function found<Params>(schema: z.ZodType<Params> | undefined, given: unknown): Params {
  if (schema === undefined) return undefined as Params;
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw notFound(result.error.issues[0]?.message ?? 'There is nothing at this address.');
}
