/** What the page of the API shows: every operation, with a form to try it. */
import type { Document, Operation } from '../openapi.ts';

export interface ApiView {
  readonly title: string;
  readonly operations: readonly {
    readonly method: string;
    readonly path: string;
    readonly summary: string;
    readonly description: string;
    readonly parameters: readonly {
      readonly name: string;
      readonly place: string;
      readonly required: boolean;
      readonly description: string;
    }[];
    /** A JSON schema; '' without a body. */
    readonly body: string;
    readonly answers: readonly { readonly status: string; readonly description: string }[];
  }[];
}

export function apiView({ paths }: Document): ApiView {
  return {
    title: 'HTTP API',
    operations: Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => shown(method, path, operation)),
    ),
  };
}

function shown(
  method: string,
  path: string,
  { summary, description = '', parameters, requestBody, responses }: Operation,
): ApiView['operations'][number] {
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  return {
    method: method.toUpperCase(),
    path,
    summary,
    description,
    parameters: parameters.map(({ name, in: place, required, description: told = '' }) => ({
      name,
      place,
      required,
      description: told,
    })),
    body: schema === undefined ? '' : JSON.stringify(schema, null, 2),
    answers: Object.entries(responses).flatMap(([status, answer]) =>
      answer.description === undefined ? [] : [{ status, description: answer.description }],
    ),
  };
}
