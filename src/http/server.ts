/** The one HTTP server: API, pages, health, and whatever routes others bring along. */
import { server as createServer, type ServerRoute } from '@hapi/hapi';
import { UserError, invalid } from '../errors.ts';
import { authenticateClient, strategy } from './authenticate-client.ts';
import { createInstanceWatch } from './output/instance-watch.ts';
import { answerEarlyErrors, createListener, usualLimits, type Limits } from './listener.ts';
import { finishResponse } from './finish-response.ts';
import { routesOf } from './routes.ts';
import type { Readiness } from './routes/health.ts';
import type { HttpContext } from './http-context.ts';

export interface HttpServer {
  /** Listens; resolves to the port. Throws Invalid when that is not to be had. */
  start(): Promise<{ port: number }>;
  /** Answers what is under way (5 s at most), then closes. May be called unstarted, or twice. */
  stop(): Promise<void>;
}

export interface HttpOptions extends HttpContext {
  readonly readiness: Readiness;
  /** Left out: the usual ones. */
  readonly limits?: Limits;
  /** Routes that authenticate by themselves, as Slack's do. */
  readonly extraRoutes?: readonly ServerRoute[];
}

const drainMs = 5_000;

export function createHttpServer(options: HttpOptions): HttpServer {
  const { config, log } = options;
  const limits = options.limits ?? usualLimits;
  const listener = createListener(limits);
  const server = createServer({
    port: config.port,
    listener,
    // A log of our own says what went wrong; Hapi's would print to the console.
    debug: false,
    compression: false,
    router: { stripTrailingSlash: true },
    // Nothing here reads cookies: somebody else's broken one is no reason to refuse.
    routes: {
      state: { parse: false, failAction: 'ignore' },
      payload: { timeout: limits.bodyMs },
      timeout: { socket: limits.idleMs },
    },
  });
  answerEarlyErrors(listener);
  server.auth.scheme('client', () => authenticateClient(config.apiClients, config.apiRate));
  server.auth.strategy(strategy, 'client');
  server.ext('onPreResponse', (request, h) => finishResponse(request, h, log));
  const watch = createInstanceWatch(options.db, log);
  server.route([...routesOf(options, options.readiness, watch), ...(options.extraRoutes ?? [])]);
  let stopping: Promise<void> | undefined;
  return {
    async start() {
      try {
        await server.start();
      } catch (error) {
        throw plainly(error, config.port);
      }
      return { port: Number(server.info.port) };
    },
    // Hapi throws at whoever stops it while it stops.
    stop() {
      // Whoever follows something would be waited for.
      watch.stop();
      return (stopping ??= server.stop({ timeout: drainMs }).finally(() => {
        stopping = undefined;
      }));
    },
  };
}

function plainly(error: unknown, port: number): unknown {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return invalid(
      `Port ${port} is already in use. Stop the program that uses it, or set PORT to a free one.`,
    );
  }
  if (code === 'EACCES') {
    return new UserError('forbidden', `Port ${port} needs privileges. Set PORT to one above 1023.`);
  }
  return error;
}
