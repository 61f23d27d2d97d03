/** Finds a port on the loopback interface. */

import { createServer } from 'node:net';

/** The wanted port, or the next one above it that is free; 0 takes any. Throws when a hundred in a row are taken. */
export async function freePort(wanted: number): Promise<number> {
  if (wanted === 0) return (await bind(0)) ?? 0;
  for (let port = wanted; port < wanted + 100 && port < 65_536; port += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the first free one is wanted
    if ((await bind(port)) !== undefined) return port;
  }
  throw new Error(`No port from ${wanted} on is free on 127.0.0.1.`);
}

function bind(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
