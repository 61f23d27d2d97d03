/** Every route of the server, but what others bring along. */
import type { ServerRoute } from '@hapi/hapi';
import { openapi, openapiRoute } from './openapi.ts';
import { apiPage } from './routes/api-page.ts';
import { callHook } from './routes/call-hook.ts';
import { createDefinition } from './routes/create-definition.ts';
import { definitionPage } from './routes/definition-page.ts';
import { definitionsPage } from './routes/definitions-page.ts';
import { deleteDefinition } from './routes/delete-definition.ts';
import { deliveries } from './routes/deliveries.ts';
import { healthRoutes, type Readiness } from './routes/health.ts';
import { hooks } from './routes/hooks.ts';
import { instanceLogs } from './routes/instance-logs.ts';
import { instanceOutput } from './routes/instance-output.ts';
import { instancePage } from './routes/instance-page.ts';
import { launchInstance } from './routes/launch-instance.ts';
import { listDefinitions } from './routes/list-definitions.ts';
import { listInstances } from './routes/list-instances.ts';
import { ledger } from './routes/ledger.ts';
import { listRevisions } from './routes/list-revisions.ts';
import { listWorkers } from './routes/list-workers.ts';
import { operateInstance } from './routes/operate-instance.ts';
import { schedules } from './routes/schedules.ts';
import { showDefinition } from './routes/show-definition.ts';
import { showInstance } from './routes/show-instance.ts';
import { statistics } from './routes/statistics.ts';
import { updateDefinition } from './routes/update-definition.ts';
import type { ApiRoute } from './api-route.ts';
import type { HttpContext } from './http-context.ts';
import type { InstanceWatch } from './output/instance-watch.ts';

export function routesOf(
  context: HttpContext,
  readiness: Readiness,
  watch: InstanceWatch,
): ServerRoute[] {
  const api = apiRoutes(context, watch);
  return [
    ...api.map(({ server }) => server),
    apiPage(openapi(api)),
    ...definitionsPage(context),
    definitionPage(context),
    instancePage(context),
    ...healthRoutes(readiness),
  ];
}

/** In the order of the document. */
function apiRoutes(context: HttpContext, watch: InstanceWatch): ApiRoute[] {
  const routes = [
    listDefinitions(context),
    createDefinition(context),
    showDefinition(context),
    updateDefinition(context),
    deleteDefinition(context),
    listInstances(context),
    launchInstance(context),
    showInstance(context),
    instanceLogs(context),
    instanceOutput(context, watch),
    ...operateInstance(context),
    ...schedules(context),
    ...ledger(context),
    ...hooks(context),
    callHook(context),
    listRevisions(context),
    listWorkers(context),
    ...deliveries(context),
    ...statistics(context),
  ];
  return [...routes, openapiRoute(routes)];
}
