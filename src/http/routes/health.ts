/** `/healthz`: the process answers. `/readyz`: it can do its work. Open to everybody, tell no secrets. */
import type { ServerRoute } from '@hapi/hapi';

/** One word or sentence a check; `ok` when all is well. */
export type Readiness = () => Promise<{ ok: boolean; checks: Record<string, string> }>;

export function healthRoutes(readiness: Readiness): ServerRoute[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      options: { auth: false },
      handler: () => ({ status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/readyz',
      options: { auth: false },
      handler: async (_, h) => {
        const { ok, checks } = await readiness();
        return h.response({ status: ok ? 'ok' : 'not ready', checks }).code(ok ? 200 : 503);
      },
    },
  ];
}
