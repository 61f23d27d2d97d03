/** `GET /api`: the API to read and to try, for people. */
import type { ServerRoute } from '@hapi/hapi';
import { render } from '../../templates.ts';
import { strategy } from '../authenticate-client.ts';
import { answerPage } from '../page/answer-page.ts';
import { apiView } from '../page/api-view.ts';
import type { Document } from '../openapi.ts';

export function apiPage(document: Document): ServerRoute {
  return {
    method: 'GET',
    path: '/api',
    options: { auth: strategy, tags: ['page'] },
    handler: (_, h) => answerPage(h, 'api', apiView(document), render('pages/try-it')),
  };
}
