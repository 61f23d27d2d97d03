/**
 * Loaded by the local Slack itself before its own code: keeps it on the loopback interface, and pages of other sites
 * out of it. Whoever reaches it may press its buttons, and with them run commands as the user that started Kuroko.
 *
 * A file on its own, imported by nobody: it is copied beside the server's configuration and runs under Bun.
 */

type Serve = (options: {
  fetch: (request: Request, server: unknown) => unknown;
  hostname?: string;
}) => unknown;

const bun = (globalThis as unknown as { Bun: { serve: Serve } }).Bun;
const serve = bun.serve;

bun.serve = (options) => {
  const { fetch } = options;
  return serve({
    ...options,
    hostname: '127.0.0.1',
    fetch(request, server) {
      if (isForeign(request)) return new Response('Only for this machine.\n', { status: 403 });
      return fetch(request, server);
    },
  });
};

/** A name of another host is DNS rebinding; another origin, or a request that another site's page makes, is forgery. */
function isForeign(request: Request): boolean {
  const host = request.headers.get('host') ?? '';
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host)) return true;
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== `http://${host}`) return true;
  // A link from elsewhere to the page itself is fine.
  const site = request.headers.get('sec-fetch-site') ?? 'none';
  return !['none', 'same-origin'].includes(site) && new URL(request.url).pathname !== '/';
}
