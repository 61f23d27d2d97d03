// A real HTTP server on a port of loopback, over a database of its own.

import type { ServerRoute } from '@hapi/hapi';
import pino from 'pino';
import { apiClient, type ApiRate } from '../../src/config.ts';
import { routesOf } from '../../src/http/routes.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import type { Limits } from '../../src/http/listener.ts';
import type { HttpContext } from '../../src/http/http-context.ts';
import type { Readiness } from '../../src/http/routes/health.ts';
import type { Definition, DefinitionFields } from '../../src/store/definitions.ts';
import { createTestDatabase } from './database.ts';
import { define, facts } from './operations.ts';

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly db: Database;
  /** What was logged, one JSON line an event. */
  readonly logged: string[];
  /** `Authorization` of a client it knows. */
  readonly authorization: string;
  /** Saves a definition, which the API may launch unless said otherwise. */
  readonly save: (fields: Partial<DefinitionFields>) => Promise<Definition>;
  readonly stop: () => Promise<void>;
}

/** The client and key of Kuroko2's user guide. */
export const client = { name: 'test_client_name', key: 'secret_key' };

export async function startApiServer(
  options: {
    readonly apiClients?: readonly ({ readonly name: string } & Parameters<typeof apiClient>[1])[];
    readonly readiness?: Readiness;
    readonly publicStats?: boolean;
    readonly apiRate?: ApiRate;
    readonly limits?: Limits;
    readonly port?: number;
    readonly extraRoutes?: readonly ServerRoute[];
    /** Of a database that is not there. */
    readonly databaseUrl?: string;
  } = {},
): Promise<ApiServer> {
  const { url: databaseUrl, drop } = await createTestDatabase();
  const db = openDatabase(options.databaseUrl ?? databaseUrl);
  const logged: string[] = [];
  const server = createHttpServer({
    config: {
      port: options.port ?? 0,
      timeZone: 'Asia/Tokyo',
      apiClients: (options.apiClients ?? [client]).map(({ name, ...given }) =>
        apiClient(name, given),
      ),
      apiRate: options.apiRate ?? { perSecond: 100_000, burst: 100_000 },
      publicStats: options.publicStats ?? false,
      slack: { operators: [], allowedChannels: [], launch: 'members' },
    },
    db,
    facts,
    log: pino({}, { write: (line: string) => logged.push(line) }),
    extraRoutes: options.extraRoutes ?? [],
    ...(options.limits !== undefined && { limits: options.limits }),
    readiness: options.readiness ?? (() => Promise.resolve({ ok: true, checks: {} })),
  });
  const stop = async () => {
    await server.stop();
    await db.close();
    await drop();
  };
  try {
    const { port } = await server.start();
    return {
      url: `http://127.0.0.1:${port}`,
      port,
      db,
      logged,
      authorization: basic(client.name, client.key),
      save: ({ script = 'execute: true\n', ...fields }) =>
        define(db, script, { apiAllowed: true, ...fields }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `METHOD /path` of every route that the server has by itself. */
export function routesOfServer(): string[] {
  const nothing = { config: { publicStats: false } } as unknown as HttpContext;
  const ready = () => Promise.resolve({ ok: true, checks: {} });
  return routesOf(nothing, ready, nothing as never).map(
    ({ method, path }) => `${String(method)} ${path}`,
  );
}

export const basic = (name: string, key: string): string =>
  `Basic ${Buffer.from(`${name}:${key}`).toString('base64')}`;
