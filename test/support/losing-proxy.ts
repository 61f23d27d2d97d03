/** A TCP proxy in front of Postgres that now and then lets a request through and drops its answer. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface LosingProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** How many answers were lost so far. */
  lost(): number;
  /** From now on nothing is lost. */
  heal(): void;
  close(): Promise<void>;
}

/**
 * `share` of the chunks that come back from the server end the connection instead: what the client
 * asked for has then been done, or not, and it cannot know.
 */
export async function startLosingProxy(
  databaseUrl: string,
  share: number,
  port = 0,
): Promise<LosingProxy> {
  const target = new URL(databaseUrl);
  const host = target.searchParams.get('host');
  const open = new Set<Socket>();
  let [lost, healed] = [0, false];
  const server = createServer((client) => {
    const upstream =
      host === null
        ? connect(Number(target.port || 5432), target.hostname)
        : connect(`${host}/.s.PGSQL.${target.port || 5432}`);
    let answers = 0;
    const end = () => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        open.delete(socket);
      }
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      answers += 1;
      // The first answers are the handshake: a connection that never comes about loses nothing.
      if (!healed && answers > 6 && Math.random() < share) {
        lost += 1;
        end();
      } else client.write(chunk);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(databaseUrl);
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    lost: () => lost,
    heal: () => {
      healed = true;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
