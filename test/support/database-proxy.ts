/** A TCP proxy in front of Postgres through which the way to the database can fail as networks do. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface DatabaseProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** How many answers were lost so far. */
  lost(): number;
  /** How many connections were opened so far, of one application or of all. */
  opened(application?: string): number;
  /**
   * Connections that are open now carry nothing more, either way, and nobody is told: they are
   * half-open. Returns how many; of one application when it is named.
   */
  freeze(application?: string): number;
  /** Nobody gets through any more: `refused` says so at once, `silent` never. */
  cut(how: 'refused' | 'silent'): void;
  /** From now on all is well again: what was held back in frozen connections arrives, late. */
  heal(): void;
  close(): Promise<void>;
}

interface Way {
  readonly client: Socket;
  /** Null where it never came about. */
  readonly upstream: Socket | null;
  application: string | null;
}

/**
 * `share` of the chunks that come back from the server end the connection instead: what the client
 * asked for has then been done, or not, and it cannot know.
 */
export async function startDatabaseProxy(
  databaseUrl: string,
  options: { readonly share?: number; readonly port?: number } = {},
): Promise<DatabaseProxy> {
  const ways = new Set<Way>();
  const opened: string[] = [];
  let share = options.share ?? 0;
  let state: 'open' | 'refused' | 'silent' = 'open';
  let lost = 0;

  const forget = (way: Way): void => {
    way.client.destroy();
    way.upstream?.destroy();
    ways.delete(way);
  };

  const accept = (client: Socket): void => {
    client.on('error', () => {});
    if (state === 'refused') return void client.resetAndDestroy();
    const way: Way = {
      client,
      upstream: state === 'open' ? connectTo(databaseUrl) : null,
      application: null,
    };
    ways.add(way);
    const { upstream } = way;
    if (upstream === null) return void client.pause();
    let answers = 0;
    client.on('data', (chunk) => {
      if (way.application === null) {
        way.application = applicationOf(chunk);
        opened.push(way.application);
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      answers += 1;
      // The first answers are the handshake: a connection that never comes about loses nothing.
      if (answers > 6 && Math.random() < share) {
        lost += 1;
        forget(way);
      } else client.write(chunk);
    });
    // What was written is still delivered: a request whose sender has gone is done all the same.
    client.on('close', () => upstream.end());
    upstream.on('error', () => {}).on('close', () => forget(way));
  };

  const server = createServer(accept).listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(databaseUrl);
  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  const freeze = (application?: string): number => {
    const chosen = [...ways].filter(
      (way) => application === undefined || way.application === application,
    );
    for (const { client, upstream } of chosen) {
      client.pause();
      upstream?.pause();
    }
    return chosen.length;
  };
  return {
    url: url.href,
    lost: () => lost,
    opened: (application) =>
      opened.filter((name) => application === undefined || name === application).length,
    freeze,
    cut(how) {
      state = how;
      if (how === 'silent') freeze();
      else for (const way of ways) forget(way);
    },
    heal() {
      state = 'open';
      share = 0;
      for (const way of ways) {
        if (way.upstream === null) forget(way);
        way.client.resume();
        way.upstream?.resume();
      }
    },
    async close() {
      for (const way of ways) forget(way);
      server.close();
      await once(server, 'close');
    },
  };
}

function connectTo(databaseUrl: string): Socket {
  const { hostname, port, searchParams } = new URL(databaseUrl);
  const folder = searchParams.get('host');
  return folder === null
    ? connect(Number(port || 5432), hostname)
    : connect(`${folder}/.s.PGSQL.${port || 5432}`);
}

/** The first message of a client holds names and values, each ended by a zero byte. */
function applicationOf(startup: Buffer): string {
  const words = startup.subarray(8).toString('latin1').split('\0');
  return words[words.indexOf('application_name') + 1] ?? '';
}
