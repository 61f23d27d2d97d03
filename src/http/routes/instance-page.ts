/** `GET /definitions/:id/instances/:instance_id`: state, commands, output and log of one instance. */
import type { ServerRoute } from '@hapi/hapi';
import { showRun } from '../../operations/show.ts';
import { logsOf } from '../../store/logs.ts';
import { readOutputTail } from '../../store/output.ts';
import { readRun, type Run } from '../../store/run.ts';
import { clientActor, strategy } from '../authenticate-client.ts';
import { answerPage } from '../page/answer-page.ts';
import { instanceView, type OutputTail } from '../page/instance-view.ts';
import { checkRequest } from '../check-request.ts';
import { instanceParams } from '../fields.ts';
import { readableInstance } from '../readable-instance.ts';
import type { Database } from '../../store/database.ts';
import type { HttpContext } from '../http-context.ts';

const tailBytes = 16_384;
/** Of how many commands, the newest, the output is shown. */
const shownOutputs = 10;
const shownLogs = 200;

export function instancePage(context: HttpContext): ServerRoute {
  const { config, db, facts } = context;
  return {
    method: 'GET',
    path: '/definitions/{id}/instances/{instance_id}',
    options: { auth: strategy, tags: ['page'] },
    handler: async (request, h) => {
      const { params } = checkRequest(request, { params: instanceParams });
      const { instance } = await readableInstance(context, clientActor(request), params);
      const run = await readRun(db, instance.id);
      if (run === null) throw new Error(`instance ${instance.id} is gone`);
      const [tails, logs] = await Promise.all([
        outputTails(db, run),
        logsOf(db, instance.id, { limit: shownLogs }),
      ]);
      return answerPage(
        h,
        'instance',
        instanceView(showRun(run, facts), tails, logs, config.timeZone),
      );
    },
  };
}

/** Newest first: what somebody looks for is what happened last. */
async function outputTails(db: Database, { executions }: Run): Promise<OutputTail[]> {
  const newest = executions.filter(({ outputSize }) => outputSize > 0).slice(-shownOutputs);
  return Promise.all(
    newest.toReversed().map(async (execution) => ({
      execution,
      bytes: Buffer.concat(
        (await readOutputTail(db, execution.id, tailBytes)).map(({ bytes }) => bytes),
      ).subarray(-tailBytes),
    })),
  );
}
