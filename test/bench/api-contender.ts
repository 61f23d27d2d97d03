/** A server for the bench of the API: Kuroko's own, or a bare Hapi with the same authentication that writes one row. */
import { server as createServer } from '@hapi/hapi';
import pino from 'pino';
import { apiClient, commandDefaults } from '../../src/config.ts';
import { authenticateClient } from '../../src/http/authenticate-client.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { engineFacts } from '../../src/operations/engine-facts.ts';
import { openDatabase } from '../../src/store/database.ts';

const [, , kind = '', url = ''] = process.argv;
const clients = [apiClient('bench', { key: 'bench-key' })];
const rate = { perSecond: 1e6, burst: 1e6 };
// As many connections as `kuroko start` has.
const db = openDatabase(url, { max: 8 });

async function startKuroko(): Promise<number> {
  const server = createHttpServer({
    config: {
      port: 0,
      timeZone: 'UTC',
      apiClients: clients,
      apiRate: rate,
      publicStats: false,
      slack: { operators: [], allowedChannels: [], launch: 'members' },
    },
    db,
    facts: engineFacts(commandDefaults),
    log: pino({ level: 'silent' }),
    readiness: () => Promise.resolve({ ok: true, checks: {} }),
  });
  return (await server.start()).port;
}

async function startBare(): Promise<number> {
  const server = createServer({ port: 0, host: 'localhost' });
  server.auth.scheme('client', () => authenticateClient(clients, rate));
  server.auth.strategy('client', 'client');
  server.route({
    method: 'POST',
    path: '/v1/definitions/{id}/instances',
    options: { auth: 'client' },
    handler: async (request, h) => {
      const [row] = await db.query<{ id: number }>(
        'insert into bench_instances (definition_id, env) values ($1, $2) returning id',
        [Number(request.params['id']), JSON.stringify(request.payload)],
      );
      return h.response({ id: row?.id, status: 'working' }).code(201);
    },
  });
  await server.start();
  return Number(server.info.port);
}

const port = await (kind === 'kuroko' ? startKuroko() : startBare());
process.stdout.write(`${port}\n`);
