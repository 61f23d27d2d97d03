/** `GET /` and `GET /definitions`: the jobs, each with the state of the instance that matters now. */
import type { ServerRoute } from '@hapi/hapi';
import { listDefinitions } from '../../store/definitions.ts';
import { requireScope, strategy, tagsOfKey } from '../authenticate-client.ts';
import { answerPage } from '../page/answer-page.ts';
import { definitionsView } from '../page/definitions-view.ts';
import type { HttpContext } from '../http-context.ts';

const limit = 500;

export function definitionsPage({ config, db }: HttpContext): ServerRoute[] {
  return ['/', '/definitions'].map((path) => ({
    method: 'GET',
    path,
    options: { auth: strategy, tags: ['page'] },
    handler: async (request, h) => {
      requireScope(request, 'read');
      const listed = await listDefinitions(db, { anyTag: tagsOfKey(request), limit });
      return answerPage(h, 'definitions', definitionsView(listed, config.timeZone));
    },
  }));
}
