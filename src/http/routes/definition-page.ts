/** `GET /definitions/:id`: the page that messages and webhooks link to. */
import type { ServerRoute } from '@hapi/hapi';
import { notFound } from '../../errors.ts';
import { authorise } from '../../operations/authorise.ts';
import { showDefinition } from '../../operations/show.ts';
import { findDefinition } from '../../store/definitions.ts';
import { listInstances } from '../../store/instances.ts';
import { adminsOf } from '../../store/users.ts';
import { clientActor, strategy } from '../authenticate-client.ts';
import { checkRequest } from '../check-request.ts';
import { definitionParams } from '../fields.ts';
import { answerPage } from '../page/answer-page.ts';
import { definitionView } from '../page/definition-view.ts';
import type { HttpContext } from '../http-context.ts';

export function definitionPage({ config, db, facts }: HttpContext): ServerRoute {
  return {
    method: 'GET',
    path: '/definitions/{id}',
    options: { auth: strategy, tags: ['page'] },
    handler: async (request, h) => {
      const { id } = checkRequest(request, { params: definitionParams }).params;
      const definition = await findDefinition(db, id, { deleted: true });
      if (definition === null) throw notFound(`There is no definition ${id}.`);
      const actor = clientActor(request);
      await authorise(db, { actor, action: 'read', definition, policy: config.slack });
      const [admins, instances] = await Promise.all([
        adminsOf(db, id),
        listInstances(db, { definitionId: id, limit: 20 }),
      ]);
      const view = definitionView(
        showDefinition(definition, facts),
        admins,
        instances,
        config.timeZone,
      );
      return answerPage(h, 'definition', view);
    },
  };
}
