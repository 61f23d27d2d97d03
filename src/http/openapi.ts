/** The OpenAPI 3.1 document of the API, made of what the routes declare. */
import { z } from 'zod';
import { apiRoute, type Access, type Answer, type ApiRoute } from './api-route.ts';
import { shownAs } from './fields.ts';

/** `GET /openapi.json`: of these routes, and of itself. */
export function openapiRoute(routes: readonly ApiRoute[]): ApiRoute {
  const route = apiRoute({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    access: 'any key',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({}) } },
    handle: () => Promise.resolve(document),
  });
  const document = openapi([...routes, route]);
  return route;
}

type Json = Readonly<Record<string, unknown>>;

export interface Document extends Json {
  /** By address and method, in the order of the routes. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Operation extends Json {
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<Record<string, Json & { readonly description?: string }>>;
}

export function openapi(routes: readonly ApiRoute[]): Document {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Kuroko', version: '1', description: about },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'basic' } },
      responses: { Refused: refused },
    },
  };
}

const about =
  'Jobs: what they are, launching them, and seeing to their runs. Basic authentication with the name and the key of a client. Every refusal has the same shape, and tells everything that is wrong at once.';

const refused = {
  description: 'What is wrong, in sentences.',
  content: {
    'application/json': {
      schema: json(
        z.object({ status_code: z.int(), error_code: z.string(), message: z.string() }),
        'output',
      ),
    },
  },
};

function operation(route: ApiRoute): Operation {
  const { summary, description, access, params, query, headers, payload } = route;
  const said = [description, needs(access)].filter((text) => text !== undefined);
  return {
    summary,
    ...(said.length > 0 && { description: said.join('\n\n') }),
    operationId: operationId(route),
    security: access === 'everybody' || access === 'own proof' ? [] : [{ key: [] }],
    parameters: [
      ...parameters('path', params ?? unchecked(route)),
      ...parameters('query', query),
      ...parameters('header', headers),
    ],
    ...(payload !== undefined && {
      requestBody: { content: { 'application/json': { schema: json(payload, 'input') } } },
    }),
    responses: { ...responses(route), default: { $ref: '#/components/responses/Refused' } },
  };
}

/** Of a route that looks at its address by itself. */
const unchecked = ({ path }: ApiRoute): z.ZodObject =>
  z.object(
    Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string()])),
  );

function needs(access: Access): string | undefined {
  if (access === 'everybody' || access === 'own proof' || access === 'any key') return undefined;
  return `Needs a key with the scope \`${access}\`.`;
}

/** `getV1DefinitionsIdInstances`: unique, as method and path are. */
const operationId = ({ method, path }: ApiRoute): string =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

function parameters(
  place: 'path' | 'query' | 'header',
  schema: z.ZodType | undefined,
): Operation['parameters'][number][] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = json(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const isList = property['type'] === 'array';
    const { description, ...rest } = property as Json & { readonly description?: string };
    return {
      // A list is written as Rails has it: `tags[]=a&tags[]=b`.
      name: isList ? `${name}[]` : name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
      ...(isList && { style: 'form', explode: true }),
    };
  });
}

function responses({ answers }: ApiRoute): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, type = 'application/json' }]) => [
      status,
      {
        description,
        ...(schema !== undefined && { content: { [type]: { schema: json(schema, 'output') } } }),
      },
    ]),
  );
}

function json(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const shown = shownAs(zodSchema);
      if (shown === undefined) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, json(shown, io));
    },
  });
  return rest;
}
